/** An import of a built-in module, as the bundler writes it: of a default, of everything, of some names. */
const builtInImport = /^import (?:(?<whole>\w+)|\* as (?<space>[\w$]+)|\{ (?<names>[^}]+) \}) from "(?<module>node:[\w/]+)";$/gm;

/**
 * Lets a bundle take built-in modules as they are. When one is imported, Node reads every export of it, so as to offer them as
 * bindings, and many are getters that load more: `node:http` brings all of its client for WebSockets.
 */
export function withPlainBuiltIns(code: string): string {
  const plain = code.replace(builtInImport, (...match) => {
    const { whole, space, names, module } = match.at(-1) as { whole?: string; space?: string; names?: string; module: string };
    return `const ${whole ?? space ?? `{ ${names?.replaceAll(' as ', ': ')} }`} = process.getBuiltinModule("${module}");`;
  });
  const left = /^(?:import|export) .*"node:.*$/m.exec(plain)?.[0];
  if (left !== undefined) {
    throw new Error(`The bundler writes an import that this does not know: ${left}`);
  }
  return plain;
}
