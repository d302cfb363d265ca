import { type CompiledQuery, createQueryId, type QueryCompiler, type RootOperationNode } from 'kysely';
import type { Statement } from './verb.ts';

type Values = Readonly<Record<string, unknown>>;

/** Stands for a value while a template is built. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A template with the values of one use. */
class Filled<Row> implements Statement<Row> {
  readonly maker: (values: never) => Statement<Row>;
  readonly values: Values;

  constructor(maker: (values: never) => Statement<Row>, values: Values) {
    this.maker = maker;
    this.values = values;
  }

  build(values: Values): Statement<Row> {
    return this.maker(values as never);
  }

  toOperationNode(): RootOperationNode {
    return this.build(this.values).toOperationNode();
  }

  compile(): CompiledQuery<Row> {
    return this.build(this.values).compile();
  }
}

/**
 * A statement that is built and compiled once and then only filled in, for verbs that nearly every request needs:
 * building a statement anew costs as much as running it. `build` must make the same statement whatever the values
 * are; it is given stand-ins for them, by the names that the first use has.
 */
export function template<Parameters extends Values, Row>(build: (values: Parameters) => Statement<Row>): (values: Parameters) => Statement<Row> {
  return (values) => new Filled(build, values);
}

/** What a database is given. */
interface Compiled {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** Compiles statements for one database, templates once. */
export function createStatementCompiler(compiler: QueryCompiler): (statement: Statement) => Compiled {
  const templates = new Map<unknown, Compiled>();
  const compile = (statement: Statement): Compiled => {
    const { sql, parameters } = compiler.compileQuery(statement.toOperationNode(), createQueryId());
    return { text: sql, parameters };
  };
  return (statement) => {
    if (!(statement instanceof Filled)) {
      return compile(statement);
    }
    const { maker, values } = statement;
    let compiled = templates.get(maker);
    if (compiled === undefined) {
      compiled = compile(statement.build(Object.fromEntries(Object.keys(values).map((name) => [name, new Placeholder(name)]))));
      templates.set(maker, compiled);
    }
    return { text: compiled.text, parameters: compiled.parameters.map((slot) => (slot instanceof Placeholder ? values[slot.name] : slot)) };
  };
}
