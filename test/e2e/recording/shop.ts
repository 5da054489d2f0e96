/** The little project of the recording, and what its model says. */
export const FILES: Readonly<Record<string, string>> = {
  "package.json": `${JSON.stringify({ name: "shop", type: "module", scripts: { test: "node --test --test-reporter=tap | grep '^# pass'" } }, undefined, 2)}\n`,
  "src/cart.js": `export class Cart {
  #lines = new Map();

  add(product, quantity = 1) {
    const line = this.#lines.get(product.id) ?? { product, quantity: 0 };
    this.#lines.set(product.id, { product, quantity: line.quantity + quantity });
  }

  total() {
    return [...this.#lines.values()].reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
  }
}
`,
  "test/cart.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { Cart } from "../src/cart.js";

const tea = { id: "tea", price: 4 };

test("a cart adds up", () => {
  const cart = new Cart();
  cart.add(tea, 2);
  assert.equal(cart.total(), 8);
});

test("a cart takes no negative quantities", () => {
  assert.throws(() => new Cart().add(tea, -1), RangeError);
});
`,
};

export const OLD = "    const line = this.#lines.get(product.id)";

export const NEW = `    if (!(quantity > 0)) {
      throw new RangeError(\`A quantity is above 0, not \${quantity}.\`);
    }
${OLD}`;

/** Where it pauses for breath, the recording shows a frame. */
export const ANSWER = [
  "A cart keeps **one line for each product**",
  " and adds up when it is asked:\n\n",
  "```js\n",
  "total() {\n",
  "  return [...this.#lines.values()].reduce(\n",
  "    (sum, { product, quantity }) =>\n",
  "      sum + product.price * quantity, 0);\n",
  "}\n",
  "```\n\n",
  "- `add` sums the quantities",
  " of the same product\n",
  "- **nothing checks them**:",
  " `add(tea, -1)` makes the total",
  " smaller, and a test expects a `RangeError`\n",
];
