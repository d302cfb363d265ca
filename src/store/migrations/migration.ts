/** One step of the schema. Steps are only ever added: a step that has been released never changes. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
  /** Rows that are written anew afterwards, where that takes more than SQL (`store/sql/verbs/rewrites.ts`). */
  readonly rewrites?: 'email_keys' | 'tenant_names' | 'groups_scope';
}
