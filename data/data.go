// Package data embeds the bundled reference data: the first-level areas with
// outlines, the register of areas, a gazetteer of
// settlements, former names of cities, the base map, and
// the hubs and curfew rules typed from public notices. Each folder has a README
// with source, date, licence and how it was made.
package data

import "embed"

// Files holds the data sets by folder, e.g. "hubs/hubs.csv".
//
//go:embed basemap/base.json oblasts/oblasts.geojson register/areas.csv.gz gazetteer/gazetteer.csv aliases/aliases.csv hubs/hubs.csv curfews/curfews.csv military/words.csv
var Files embed.FS
