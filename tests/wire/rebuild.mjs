// Builds each message anew with @discordjs/builders, and says where the result differs.
//
//     RECORD_BODIES=bodies.jsonl pytest tests/chat    # what the bot sends, a message a line
//     npm install @discordjs/builders
//     node tests/wire/rebuild.mjs < bodies.jsonl
//
// What it refuses are covers at hosts that Hypothesis made up and no browser opens.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { createComponentBuilder } = createRequire(`${process.cwd()}/`)("@discordjs/builders");

const without_nulls = (value) =>
  Array.isArray(value)
    ? value.map(without_nulls)
    : value && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, each]) => each !== null && each !== undefined)
            .map(([key, each]) => [key, without_nulls(each)])
            .sort(),
        )
      : value;

const same = (one, other) =>
  JSON.stringify(without_nulls(one)) === JSON.stringify(without_nulls(other));

const reasons = (error) =>
  error.errors?.length
    ? error.errors.flatMap((each) => reasons(Array.isArray(each) ? each[1] : each))
    : [`${error.message} ${error.given === undefined ? "" : JSON.stringify(error.given)}`];

const lines = [...new Set(readFileSync(0, "utf8").split("\n").filter(Boolean))];
const found = [];
for (const line of lines) {
  for (const component of JSON.parse(line).components) {
    try {
      const again = createComponentBuilder(component).toJSON();
      if (!same(component, again)) found.push(`differs: ${JSON.stringify(again).slice(0, 200)}`);
    } catch (error) {
      found.push(reasons(error)[0].slice(0, 200));
    }
  }
}
console.log(`${lines.length} messages, ${found.length} refused or different`);
for (const each of new Set(found)) console.log(each);
process.exitCode = found.length ? 1 : 0;
