import type { Recipe } from './recipe.ts';

/** Images that only tests and benches run. */
export function testImages(): readonly Recipe[] {
  return [];
}
