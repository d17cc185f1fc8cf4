// Two linters of others look at an OpenAPI document; what they find is printed, a line
// each, nothing where it is clean. usage: node openapi.mjs FILE
import { readFileSync } from 'node:fs';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { Validator } from '@seriousme/openapi-schema-validator';

const document = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const linter = new spectral.Spectral();
linter.setRuleset({ extends: [rulesets.oas] });
for (const r of await linter.run(document)) console.log(`spectral ${r.code} ${r.path.join('.')}: ${r.message}`);
const { valid, errors } = await new Validator().validate(document);
if (!valid) console.log(`validate-api ${JSON.stringify(errors).slice(0, 2000)}`);
