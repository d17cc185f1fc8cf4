// Reads an iCalendar file on stdin with ical.js and prints its events as JSON:
// [{uid, start, end, status, summary}], times in UTC.
const { readFileSync } = require('node:fs');
const load = async () => { const m = await import('ical.js'); return m.default ?? m; };
load().then((ICAL) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, 'utf8')));
  const events = calendar.getAllSubcomponents('vevent').map((c) => {
    const e = new ICAL.Event(c);
    return { uid: e.uid, start: e.startDate.toJSDate().toISOString(), end: e.endDate.toJSDate().toISOString(), status: c.getFirstPropertyValue('status'), summary: e.summary };
  });
  process.stdout.write(JSON.stringify(events));
});
