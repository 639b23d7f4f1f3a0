package osm

// Category is what kind of customer a point of interest would be.
type Category string

// The categories, each with what falls into it in the table below.
const (
	Retail        Category = "retail"
	Food          Category = "food_shop"
	Gastronomy    Category = "gastronomy"
	Lodging       Category = "lodging"
	Health        Category = "health"
	Education     Category = "education"
	Finance       Category = "finance"
	Automotive    Category = "automotive"
	Craft         Category = "craft"
	Industry      Category = "industry"
	Office        Category = "office"
	Government    Category = "government"
	Religious     Category = "religious"
	Leisure       Category = "leisure"
	Culture       Category = "culture"
	Services      Category = "services"
	SocialService Category = "social"
)

// Categories lists all categories in the order in which they are shown.
func Categories() []Category {
	return []Category{Retail, Food, Gastronomy, Lodging, Health, Education, Finance, Automotive, Craft,
		Industry, Office, Government, Religious, Leisure, Culture, Services, SocialService}
}

// rule is one line of the table: a key, its values, and their category. No
// values means any value but those that say "no".
type rule struct {
	key      string
	category Category
	values   []string
}

// rules turn tags into a category. The first that fits wins, so the narrow
// ones stand before "any shop". What no rule names is no prospect: parking,
// benches, letter boxes, viewpoints, playgrounds.
//
// Keys and values follow the OpenStreetMap wiki's pages on each key.
var rules = []rule{
	{"shop", Food, []string{"supermarket", "convenience", "bakery", "butcher", "greengrocer", "deli", "delicatessen", "beverages",
		"alcohol", "wine", "seafood", "cheese", "dairy", "confectionery", "chocolate", "sweets", "coffee", "tea", "farm",
		"frozen_food", "health_food", "ice_cream", "pastry", "pasta", "spices", "food", "grocery", "water", "brewing_supplies"}},
	{"shop", Automotive, []string{"car", "car_repair", "car_parts", "tyres", "motorcycle", "motorcycle_repair", "truck", "trailer",
		"caravan", "boat", "atv", "snowmobile", "fuel", "gas", "scooter", "car;car_repair"}},
	{"shop", Services, []string{"hairdresser", "beauty", "cosmetics_treatment", "massage", "tattoo", "laundry", "dry_cleaning", "tailor",
		"travel_agency", "funeral_directors", "copyshop", "estate_agent", "pet_grooming", "storage_rental", "rental", "tool_hire",
		"bookmaker", "lottery", "photo_studio", "nails", "repair", "shoe_repair", "locksmith", "ticket", "insurance"}},
	{"shop", Health, []string{"optician", "hearing_aids", "medical_supply", "chemist", "pharmacy", "herbalist", "nutrition_supplements"}},
	{"shop", Finance, []string{"money_lender", "pawnbroker"}},
	{"shop", Retail, nil},
	{"craft", Craft, nil},
	{"office", Government, []string{"government", "administrative", "diplomatic", "register", "tax", "political_party"}},
	{"office", Finance, []string{"insurance", "financial", "financial_advisor", "accountant", "tax_advisor", "bank"}},
	{"office", Education, []string{"educational_institution", "research", "tutoring"}},
	{"office", Health, []string{"physician", "therapist", "medical"}},
	{"office", SocialService, []string{"charity", "ngo", "association", "foundation"}},
	{"office", Religious, []string{"religion"}},
	{"office", Office, nil},
	{"amenity", Gastronomy, []string{"restaurant", "fast_food", "cafe", "bar", "pub", "biergarten", "food_court", "ice_cream", "nightclub",
		"canteen", "brewery", "restaurant;bar", "catering"}},
	{"amenity", Health, []string{"hospital", "clinic", "doctors", "dentist", "pharmacy", "veterinary", "nursing_home", "health_post"}},
	{"amenity", Education, []string{"school", "kindergarten", "university", "college", "library", "driving_school", "language_school",
		"music_school", "childcare", "training", "prep_school", "research_institute", "dancing_school"}},
	{"amenity", Finance, []string{"bank", "bureau_de_change", "money_transfer", "payment_centre"}},
	{"amenity", Automotive, []string{"fuel", "car_wash", "car_rental", "vehicle_inspection", "charging_station", "car_sharing", "boat_rental",
		"motorcycle_rental", "truck_rental"}},
	{"amenity", Government, []string{"townhall", "courthouse", "police", "fire_station", "prison", "post_office", "public_building",
		"ranger_station", "embassy", "customs", "register_office"}},
	{"amenity", Religious, []string{"place_of_worship", "monastery"}},
	{"amenity", Culture, []string{"theatre", "cinema", "arts_centre", "studio", "events_venue", "conference_centre", "exhibition_centre",
		"community_centre", "planetarium", "music_venue", "concert_hall"}},
	{"amenity", Leisure, []string{"casino", "gambling", "swimming_pool", "dojo", "gym", "stables", "marina", "bowling_alley", "club", "social_club"}},
	{"amenity", SocialService, []string{"social_facility", "social_centre", "animal_shelter", "retirement_home", "food_bank"}},
	{"amenity", Services, []string{"animal_boarding", "coworking_space", "crematorium", "funeral_hall", "internet_cafe", "storage",
		"post_depot", "marketplace", "veterinary_pharmacy", "taxi", "mailroom", "laboratory", "office"}},
	{"tourism", Lodging, []string{"hotel", "motel", "guest_house", "hostel", "apartment", "chalet", "bed_and_breakfast", "camp_site",
		"caravan_site", "resort", "alpine_hut"}},
	{"tourism", Culture, []string{"museum", "gallery", "zoo", "aquarium", "theme_park"}},
	{"healthcare", Health, nil},
	{"leisure", Leisure, []string{"fitness_centre", "sports_centre", "golf_course", "marina", "bowling_alley", "miniature_golf", "water_park",
		"ice_rink", "stadium", "horse_riding", "amusement_arcade", "adult_gaming_centre", "dance", "escape_game", "trampoline_park",
		"resort", "sauna", "hackerspace", "summer_camp", "beach_resort", "swimming_pool"}},
	{"club", Leisure, nil},
	{"man_made", Industry, []string{"works", "wastewater_plant", "water_works", "sawmill"}},
	{"industrial", Industry, nil},
	{"power", Industry, []string{"plant"}},
	{"landuse", Industry, []string{"winery", "plant_nursery"}},
}

// ruleIndex finds a rule by key and value; the value "" stands for any.
var ruleIndex = func() map[string]map[string]Category {
	index := map[string]map[string]Category{}
	for _, r := range rules {
		values := index[r.key]
		if values == nil {
			values = map[string]Category{}
			index[r.key] = values
		}
		if r.values == nil {
			values[""] = r.category
		}
		for _, v := range r.values {
			values[v] = r.category
		}
	}
	return index
}()

// ruleKeys are the keys of the table in its order.
var ruleKeys = func() (keys []string) {
	for _, r := range rules {
		if len(keys) == 0 || keys[len(keys)-1] != r.key {
			keys = append(keys, r.key)
		}
	}
	return keys
}()

// notThere are values that say that there is none, or none any more.
var notThere = map[string]bool{"": true, "no": true, "none": true, "vacant": true, "closed": true, "disused": true, "abandoned": true}

// Categorise returns the category of a company by its tags, and its kind: the
// value of the tag that decided, such as "restaurant". It is false for what is
// no prospect.
func Categorise(tags Tags) (c Category, kind string, ok bool) {
	for _, key := range ruleKeys {
		value := tags.Get(key)
		if notThere[value] {
			continue
		}
		values := ruleIndex[key]
		if c, ok = values[value]; !ok {
			c, ok = values[""]
		}
		if ok {
			if value == "yes" {
				value = key
			}
			return c, value, true
		}
	}
	return "", "", false
}
