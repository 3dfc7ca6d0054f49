/** More boxes than this cannot be read, and the list beside the graph says the same. */
export const maxGraphNodes = 400;
