declare const brand: unique symbol;

/**
 * A type that only its own module can make. `RegisteredRedirectUri` is a string at run time, but no string
 * literal has that type: whoever holds one knows that the check behind the brand has been made.
 */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
