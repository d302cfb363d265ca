import { RawNode } from 'kysely';
import { sql } from './schema.ts';
import type { Statement } from './verb.ts';

/** A statement of our own text: for the schema, and for what each database calls differently. */
export function raw<Row = unknown>(text: string): Statement<Row> {
  const node = RawNode.createWithSql(text);
  return { toOperationNode: () => node, compile: () => sql.getExecutor().compileQuery(node, { queryId: text }) };
}
