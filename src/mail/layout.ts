import { html, toText } from '../pages/html.ts';
import { directionOf, type Locale } from '../words/locale.ts';
import type { Composition } from './compose.ts';

/** The mail as plain text, for readers that show no HTML. */
export function layOutText({ heading, paragraphs, code, facts = [], button, small }: Composition): string {
  const blocks = [
    heading,
    ...paragraphs,
    ...(code === undefined ? [] : [`    ${code}`]),
    ...(facts.length === 0 ? [] : [facts.map(({ name, value }) => `${name}: ${value}`).join('\n')]),
    ...(button === undefined ? [] : [`${button.text}:\n${button.href}`]),
    `-- \n${small.join('\n')}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Mail readers know neither stylesheets nor variables, so everything stands at its element. */
const styles = {
  body: 'margin:0;padding:24px 12px;background:#f3f1ea;color:#1d2521;font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif',
  card: 'max-width:480px;margin:0 auto;padding:32px;background:#fffdf8;border:1px solid #d9d4c5;border-radius:8px',
  brand: 'margin:0 0 24px;font-weight:600',
  heading: 'margin:0 0 16px;font-size:22px;line-height:1.25',
  paragraph: 'margin:0 0 16px',
  code: 'margin:0 0 24px;font:600 32px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:3px',
  fact: 'margin:0 0 4px',
  small: 'margin:0 0 8px;font-size:13px;color:#5a625d',
} as const;

/** The mail as HTML: the same words, and nothing loaded from anywhere. */
export function layOutHtml(composition: Composition, look: { readonly locale: Locale; readonly name: string; readonly accent: string; readonly onAccent: string }): string {
  const { subject, heading, paragraphs, code, facts = [], button, small } = composition;
  const buttonStyle = `display:inline-block;margin:8px 0 24px;padding:12px 20px;border-radius:6px;background:${look.accent};color:${look.onAccent};font-weight:600;text-decoration:none`;
  return toText(html`<!doctype html>
<html lang="${look.locale}" dir="${directionOf(look.locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head>
<body style="${styles.body}"><div style="${styles.card}">
<p style="${styles.brand}"><bdi>${look.name}</bdi></p>
<h1 style="${styles.heading}">${heading}</h1>
${paragraphs.map((text) => html`<p style="${styles.paragraph}">${text}</p>
`)}${code !== undefined && html`<p style="${styles.code}"><span dir="ltr">${code}</span></p>
`}${facts.map(({ name, value }) => html`<p style="${styles.fact}">${name}: <b><bdi>${value}</bdi></b></p>
`)}${button && html`<p style="${styles.paragraph}"><a href="${button.href}" style="${buttonStyle}">${button.text}</a></p>
`}${small.map((text) => html`<p style="${styles.small}">${text}</p>
`)}</div></body>
</html>
`);
}
