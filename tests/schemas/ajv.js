// ajv as a second judge of events: reads {schemas: [...], events: [...]} from stdin; prints for each event whether the schema of its type takes it.
const fs = require("fs");
const Ajv = require("ajv/dist/2020");
// Strict: what a schema says in words that JSON Schema does not know is an error. Formats are annotations only, by the standard.
const ajv = new Ajv({ strict: true, allowUnionTypes: true, validateFormats: false });
const { schemas, events } = JSON.parse(fs.readFileSync(0));
const valid = new Map(schemas.map((schema) => [schema.title, ajv.compile(schema)]));
console.log(JSON.stringify(events.map((event) => Boolean(valid.get(event.type)?.(event)))));
