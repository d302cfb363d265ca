/** One step of the schema. Steps are only ever added: a step that has been released never changes. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}
