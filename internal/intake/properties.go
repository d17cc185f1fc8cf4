package intake

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.org/teplo/internal/report"
)

// shape says what values a property takes.
type shape uint8

const (
	isText shape = iota
	isEnum
	isTime
	isNumber
	isDegrees
	isPoint
)

// property is something that a mapping or a column can say of a record. The
// aliases are folded names of columns, the likelier first; the property's own
// name stands before them.
type property struct {
	shape   shape
	allowed []string // of isEnum
	aliases string   // blank separated
}

// check judges what a mapping says of the property.
func (p property) check(f Field) error {
	if f.Layout != "" && p.shape != isTime {
		return errors.New("layout is for times alone")
	}
	if f.Order != "" && p.shape != isPoint {
		return errors.New("order is for point alone")
	}
	if p.shape != isEnum {
		return nil
	}
	var targets []string
	if f.Const != nil {
		targets = append(targets, *f.Const)
	}
	for _, k := range sortedKeys(f.Values) {
		targets = append(targets, f.Values[k])
	}
	for _, t := range targets {
		if t != "" && !slices.Contains(p.allowed, t) {
			return fmt.Errorf("%q is not one of %s", t, strings.Join(p.allowed, ", "))
		}
	}
	return nil
}

// common are the properties of every collection.
var common = map[string]property{
	"ref":          {aliases: "id objectid fid globalid externalid bldgid buildingid outagenumber outageid incidentid ruleid uuid @id реєстраційнийномер ідентифікатор идентификатор"},
	"name":         {aliases: "title sitename nameuk назва найменування назваобєкта назваобєкту назвапункту назваукраїнською унормовананазва название наименование facilityname facility oemlabel label nameen"},
	"area_code":    {aliases: "katottg settlementkatottg катоттг кодкатоттг кодатотг кодатоттг codeotg otg.code pcode admcode adm4pcode adm3pcode adm2pcode adm1pcode"},
	"settlement":   {aliases: "settlementuk settlementname населенийпункт населенныйпункт названаселеногопункту місто город city city.name town village смт село нп"},
	"district":     {aliases: "район raion districtuk raionuk raionname rayon"},
	"oblast":       {aliases: "oblastuk oblastname область region regionname"},
	"lon":          {shape: isDegrees, aliases: "longitude lng long довгота долгота longitudedeg lond xcoord xcoordinate x"},
	"lat":          {shape: isDegrees, aliases: "latitude широта latitudedeg latd ycoord ycoordinate y"},
	"point":        {shape: isPoint, aliases: "coordinates coordinate coords coord координати координаты latlon latlng lonlat location geolocation geo position geometry geom wkt thegeom"},
	"source":       {aliases: "sourcename джерело источник"},
	"source_url":   {aliases: "sourceurl url link посилання ссылка source"},
	"licence":      {aliases: "license"},
	"confirmed_at": {shape: isTime, aliases: "asof updatedat lastupdated lastupdatetime lastupdate createddate sourcedate датаоновлення оновлено датаобновления станомна updated timestamp"},
}

var hubProperties = map[string]property{
	"name_uk":         {aliases: "nameuk назваукраїнською"},
	"name_en":         {aliases: "nameen nameenglish назваанглійською"},
	"category":        {shape: isEnum, allowed: report.HubCategories, aliases: "категорія категория типукриття типпункту hubtype"},
	"host_type":       {aliases: "типбудівлі sitetype facilitytype buildingtype типзакладу типздания"},
	"availability":    {shape: isEnum, allowed: report.Availabilities, aliases: "доступність режимдоступності"},
	"activation":      {aliases: "activationtext умовивідкриття"},
	"status":          {shape: isEnum, allowed: report.HubStatuses, aliases: "statustext стан статус состояние"},
	"status_at":       {shape: isTime, aliases: "statusasof"},
	"opening_hours":   {aliases: "hours.opening hours.openinghours osmhours"},
	"opening_text":    {aliases: "hours.text hoursofoperation режимроботи графікроботи годинироботи часроботи режимработы графикработы часыработы workinghours worktime businesshours hours"},
	"open_in_curfew":  {shape: isEnum, allowed: report.YesNoUnknown, aliases: "opencurfew"},
	"address":         {aliases: "адреса адрес bldgadd streetaddress fulladdress addr адресапункту адресаукриття місцезнаходження місцерозташування местоположение street вулиця"},
	"capacity":        {shape: isNumber, aliases: "місткість вместимость кількістьмісць capacitypersons"},
	"charging_policy": {aliases: "chargingpolicy"},
	"amenities":       {aliases: "зручності послуги обладнання facilities equipment services info інфо інформація опис удобства услуги"},
}

// amenityColumns are foreign names of columns for one amenity each.
var amenityColumns = map[string]string{
	"heat": "heating heated обігрів опалення обогрев отопление тепло", "charging": "зарядка підзарядка зарядження chargingstation",
	"power": "electricity generator генератор електроенергія електрика світло электричество", "internet": "wifi starlink інтернет интернет вайфай",
	"mobile": "mobilesignal мобільнийзвязок", "water": "drinkingwater вода питнавода", "hot_drinks": "hotdrinks чай гарячінапої",
	"food": "їжа харчування еда питание", "first_aid": "firstaid medical аптечка домедичнадопомога", "medicine": "ліки лекарства",
	"sleeping": "sleepingplaces спальнімісця ночівля beds", "mother_child": "motherchildroom матирадитина", "children": "childarea дитячийкуточок",
	"toilet": "toilets wc туалет санвузол", "shower": "душ showers",
	"step_free": "accessible wheelchair wheelchairaccessible accessibility пандус безбарєрність наявністьпандусу наявністьпристосуваннядлядоступулюдейзінвалідністютаіншихмаломобільнихгрупнаселенняпандусу",
	"pets":      "petsallowed тварини животные",
}

var outageProperties = map[string]property{
	"service":          {shape: isEnum, allowed: report.Services, aliases: "послуга ресурс услуга utility"},
	"kind":             {shape: isEnum, allowed: report.OutageKinds, aliases: "type koment outagetype типвідключення видвідключення вид тип cause причина reason"},
	"status":           {shape: isEnum, allowed: report.OutageStatuses, aliases: "outagestatus стан статус"},
	"certainty":        {shape: isEnum, allowed: report.Certainties},
	"level":            {shape: isEnum, allowed: report.OutageLevels},
	"starts_at":        {shape: isTime, aliases: "startdatetime starttime start outagestarttime dateevent datestart startdate begin beginsat від початок часпочатку датапочатку начало off"},
	"ends_at":          {shape: isTime, aliases: "endedat restoredat restored відновлено восстановлено"},
	"announced_end_at": {shape: isTime, aliases: "enddatetime dateplanin etr currentetor autoetor estimatedrestoration estimatedrestorationtime plannedend endtime enddate dateend end finish кінець закінчення часвідновлення плановийчасвідновлення датазакінчення окончание"},
}

var curfewProperties = map[string]property{
	"start_local":  {aliases: "startlocal початок з от"},
	"end_local":    {aliases: "endlocal кінець до"},
	"timezone":     {aliases: "zone часовийпояс"},
	"kind":         {shape: isEnum, allowed: report.CurfewKinds, aliases: "type вид тип"},
	"valid_from":   {shape: isTime, aliases: "діюєз чиннийз"},
	"valid_to":     {shape: isTime, aliases: "діюєдо чиннийдо"},
	"exemptions":   {aliases: "винятки исключения"},
	"documents":    {aliases: "документи"},
	"authority":    {aliases: "орган"},
	"order":        {aliases: "orderno наказ"},
	"order_date":   {shape: isTime, aliases: "orderdate датанаказу"},
	"except_areas": {aliases: "exceptareas except крім"},
	"area_level":   {aliases: "level рівень"},
	"area_text":    {aliases: "areauk area areaname територія"},
	"note":         {aliases: "примітка comment"},
}

var areaProperties = map[string]property{
	"level":       {aliases: "adminlevel рівень"},
	"category":    {aliases: "категоріяобєкта категорія"},
	"name_uk":     {aliases: "назваобєкта nameuk name назва"},
	"name_en":     {aliases: "nameen"},
	"alias":       {aliases: "nameru aliases formername колишняназва"},
	"parent_code": {aliases: "parentpcode parent"},
	"population":  {shape: isNumber, aliases: "населення"},
	"level_1":     {aliases: "першийрівень"}, "level_2": {aliases: "другийрівень"}, "level_3": {aliases: "третійрівень"},
	"level_4": {aliases: "четвертийрівень"}, "level_5": {aliases: "додатковийрівень"},
}

var reportProperties = map[string]property{
	"about":        {shape: isEnum, allowed: report.Abouts},
	"service":      {shape: isEnum, allowed: report.Services},
	"state":        {shape: isEnum, allowed: append(slices.Clone(report.OutageStates), report.HubStates...)},
	"hub":          {},
	"need":         {shape: isEnum, allowed: report.NeedKinds},
	"people":       {shape: isNumber},
	"urgency":      {shape: isEnum, allowed: report.Urgencies},
	"problem":      {shape: isEnum, allowed: report.Problems},
	"observed_at":  {shape: isTime, aliases: "observedat"},
	"note":         {aliases: "примітка comment"},
	"address":      {aliases: "адреса"},
	"opening_text": {aliases: "openingtext"},
	"amenities":    {},
	"reporter":     {},
}

// properties are those of each collection. Needs are reports about a need.
var properties = func() map[report.Collection]map[string]property {
	all := map[report.Collection]map[string]property{
		report.Hubs: hubProperties, report.Outages: outageProperties, report.Curfews: curfewProperties,
		report.Areas: areaProperties, report.Reports: reportProperties, report.Needs: reportProperties,
	}
	for c, own := range all {
		merged := maps.Clone(common)
		maps.Copy(merged, own)
		if c == report.Hubs || c == report.Reports {
			for _, name := range report.AmenityNames {
				p := property{shape: isEnum, allowed: report.YesNoUnknown}
				if c == report.Hubs {
					p.aliases = amenityColumns[name]
				}
				merged[name] = p
			}
		}
		all[c] = merged
	}
	// The name of what an outage or rule is about is that of its place.
	outageName := all[report.Outages]["name"]
	outageName.aliases += " settlement city.name otg.name regionname cityname населенийпункт"
	all[report.Outages]["name"] = outageName
	// Reference data of areas has its own words for codes.
	areaCode := all[report.Areas]["area_code"]
	areaCode.aliases += " code код"
	all[report.Areas]["area_code"] = areaCode
	return all
}()
