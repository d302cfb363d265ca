import { members } from './walk-state.js';

/** @typedef {{ readonly name: string, readonly value: string, readonly note?: string | undefined, readonly ok?: boolean | undefined }} Row */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className !== '') {
    node.className = className;
  }
  node.append(...children);
  return node;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`The page has no element ${id}`);
  }
  return found;
}

/**
 * Names, values and what they mean, one below the other.
 * @param {readonly Row[]} list
 */
export function rows(list) {
  return element('dl', 'rows', ...list.map(({ name, value, note = '', ok }) => {
    const shown = element('div', 'value', element('code', value.includes(' ') ? '' : 'unbroken', value), ...(ok === undefined ? [] : [mark(ok)]));
    return element('div', '', breakable(name), element('dd', '', shown, ...(note === '' ? [] : [element('p', '', note)])));
  }));
}

/**
 * A long name may break after an underscore.
 * @param {string} name
 */
function breakable(name) {
  const term = element('dt', '');
  for (const part of name.match(/[^_]+_*|_+/g) ?? []) {
    term.append(part, document.createElement('wbr'));
  }
  return term;
}

/**
 * Another way to an action.
 * @param {string} action
 * @param {string} text
 */
export function actionButton(action, text) {
  const button = element('button', '', text);
  button.type = 'button';
  button.dataset['action'] = action;
  return button;
}

/**
 * A tick or a cross that is also read out.
 * @param {boolean} ok
 */
export function mark(ok) {
  const node = element('span', ok ? 'mark good' : 'mark bad', ok ? '✓' : '✗');
  node.setAttribute('role', 'img');
  node.setAttribute('aria-label', ok ? 'as expected' : 'not as expected');
  return node;
}

/** @param {import('./walk-state.js').Verdict} verdict */
export function verdictLine({ ok, text }) {
  return element('p', ok ? 'verdict good' : 'verdict bad', mark(ok), ' ', element('span', '', text));
}

/**
 * The reply as it came, folded away.
 * @param {import('./walk-state.js').Reply} reply
 * @param {string} [label]
 */
export function rawReply(reply, label = 'The whole response') {
  const pre = element('pre', '', reply.text);
  pre.tabIndex = 0;
  return element('details', 'raw', element('summary', '', `${label} (HTTP ${reply.status})`), pre);
}

/** @param {unknown} value */
export function valueText(value) {
  const list = [value].flat();
  return list.every((item) => typeof item === 'string') ? list.join(' ') : JSON.stringify(value);
}

/**
 * The members of a JSON reply as rows, and the raw text below.
 * @param {import('./walk-state.js').Reply} reply
 * @param {Record<string, string>} [words]
 */
export function replyView(reply, words = {}) {
  const list = Object.entries(members(reply)).map(([name, value]) => ({ name, value: valueText(value), note: words[name] }));
  return [...(list.length > 0 ? [rows(list)] : []), rawReply(reply)];
}
