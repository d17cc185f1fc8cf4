// Evaluates opening_hours with npm opening_hours, for internal/hours.
//
//   node hours.cjs 2026-03-29 2026-03-30 ... < values
//
// Standard input: one JSON string a line. Standard output: one JSON line each,
// {"intervals":[[from,to,unknown],...]} with times in Unix seconds, or {"error":...}.
// Each day is asked from noon of the day before, as CONTRACT 3.2 has it; the
// intervals are cut off at its midnights. "warnings" are the parser's.
process.env.TZ = 'Europe/Kyiv';
const readline = require('node:readline');
const OpeningHours = require('opening_hours');

const kyiv = { lat: 50.45, lon: 30.52, address: { country_code: 'ua', state: 'Київ' } };
const days = process.argv.slice(2).map((day) => day.split('-').map(Number));

function evaluate(value) {
  const hours = new OpeningHours(value, kyiv);
  const intervals = [];
  for (const [year, month, day] of days) {
    const noon = (offset) => new Date(year, month - 1, day + offset, 12);
    const start = new Date(year, month - 1, day);
    const end = new Date(year, month - 1, day + 1);
    for (const [from, to, unknown] of hours.getOpenIntervals(noon(-1), noon(1))) {
      const clipped = [Math.max(from, start) / 1000, Math.min(to, end) / 1000, Boolean(unknown)];
      if (clipped[0] < clipped[1]) intervals.push(clipped);
    }
  }
  return { intervals, warnings: hours.getWarnings() };
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  let reply;
  try {
    reply = evaluate(JSON.parse(line));
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(reply) + '\n');
});
