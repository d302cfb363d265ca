import { optionNames, options } from '../config/options.ts';

/** What follows the help of `dev` and `serve`: every option of the configuration. */
export function environmentHelp(): string {
  const entries = optionNames.map((name) => {
    const { variable, doc, requiredToServe } = options[name];
    return `  ${variable}\n      ${doc}\n      Default in dev: ${options[name].default}.${requiredToServe ? ' Must be set for serve.' : ''}`;
  });
  const notes = 'Each variable may name a file instead, as NAME_FILE. MICROAUTH_CONFIG, or --config, names a JSON file with';
  const keys = `the options ${optionNames.join(', ')}; a variable goes before it.`;
  return ['', 'Environment:', ...entries, '', notes, keys].join('\n');
}
