package accounts

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/fault"
)

func tree(t testing.TB, text string) *Tree {
	t.Helper()
	out, err := ParseTree([]byte(text))
	require.NoError(t, err)
	return out
}

func TestEachConditionOfATreeMeansWhatItSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sw, se, nw, ne := square(b)
	b.visited(sw.ID, 20, 14) // overdue by six days
	b.visited(nw.ID, 10, 14) // due in four
	_, err := b.AddSite(b.ctx, nw.ID, NewSite{Point: &orb.Point{-75.1, 39.1}, City: "Dover"})
	require.NoError(t, err)
	_, err = b.AddContact(b.ctx, sw.ID, NewContact{Name: "Ann Öztürk", Email: "ann@x.example", DoNotContact: true})
	require.NoError(t, err)
	_, err = b.AddContact(b.ctx, sw.ID, NewContact{Name: "Bob"})
	require.NoError(t, err)
	_, err = b.CreateCustomField(b.ctx, CustomField{Key: "size", Label: "Size", Type: FieldNumber})
	require.NoError(t, err)
	_, err = b.CreateCustomField(b.ctx, CustomField{Key: "seen", Label: "Seen", Type: FieldDate})
	require.NoError(t, err)
	_, err = b.CreateCustomField(b.ctx, CustomField{Key: "kinds", Label: "Kinds", Type: FieldChoices, Choices: []Choice{{Value: "x"}, {Value: "y"}, {Value: "z"}}})
	require.NoError(t, err)
	_, err = b.Update(b.ctx, se.ID, Changes{Version: se.Version, Custom: CustomValues{"size": json.RawMessage("7.5"), "seen": json.RawMessage(`"2026-01-31"`), "kinds": json.RawMessage(`["y","x"]`)}})
	require.NoError(t, err)
	gone := b.add("Gone", -75.5, 39.5)
	_, err = b.Archive(b.ctx, gone.ID, gone.Version)
	require.NoError(t, err)
	cell, err := hexgrid.CellAt(orb.Point{-76, 39}, 7)
	require.NoError(t, err)

	all := "Northeast Northwest Southeast Southwest"
	for text, want := range map[string]string{
		`{"all":[]}`:         all,
		`{"any":[]}`:         "",
		`{"not":{"any":[]}}`: all,
		`{"field":"name","op":"is","value":"NORTHEAST"}`:                                                  "Northeast",
		`{"field":"name","op":"contains","value":"thw"}`:                                                  "Northwest Southwest",
		`{"field":"name","op":"contains","value":"%"}`:                                                    "",
		`{"field":"name","op":"not_contains","value":"west"}`:                                             "Northeast Southeast",
		`{"field":"name","op":"starts_with","value":"south"}`:                                             "Southeast Southwest",
		`{"field":"category","op":"is_empty"}`:                                                            all,
		`{"field":"status","op":"in","value":["customer","former"]}`:                                      "Northeast Northwest Southwest",
		`{"field":"status","op":"not_in","value":["customer"]}`:                                           "Northwest Southeast",
		`{"field":"class","op":"in","value":["A"]}`:                                                       "Southwest",
		`{"field":"ownerId","op":"in","value":[null]}`:                                                    "Northeast Southeast",
		`{"field":"ownerId","op":"in","value":["me"]}`:                                                    "Northwest",
		`{"field":"ownerId","op":"not_in","value":["me"]}`:                                                "Northeast Southeast Southwest",
		`{"field":"ownerId","op":"not_empty"}`:                                                            "Northwest Southwest",
		`{"field":"tags","op":"has_any","value":["old","new"]}`:                                           "Southwest",
		`{"field":"tags","op":"has_all","value":["old","gold"]}`:                                          "Southwest",
		`{"field":"tags","op":"has_none","value":["gold"]}`:                                               "Northeast Northwest",
		`{"field":"tags","op":"is_empty"}`:                                                                "Northeast Northwest",
		`{"field":"revenue","op":"eq","value":100}`:                                                       "Southwest",
		`{"field":"revenue","op":"eq","value":100.001}`:                                                   "",
		`{"field":"revenue","op":"lt","value":100.001}`:                                                   "Northeast Southwest",
		`{"field":"revenue","op":"gt","value":99.999}`:                                                    "Northwest Southeast Southwest",
		`{"field":"revenue","op":"between","value":[50,100]}`:                                             "Northeast Southwest",
		`{"field":"revenue","op":"ne","value":300}`:                                                       "Northeast Southwest",
		`{"field":"visitMinutes","op":"lte","value":30}`:                                                  all,
		`{"field":"coverage","op":"in","value":["overdue","due"]}`:                                        "Northwest Southwest",
		`{"field":"lastVisitOn","op":"is_empty"}`:                                                         "Northeast Southeast",
		`{"field":"lastVisitOn","op":"in_last","value":{"n":10,"unit":"day"}}`:                            "Northwest",
		`{"field":"lastVisitOn","op":"more_than_ago","value":{"n":10,"unit":"day"}}`:                      "Southwest",
		`{"field":"dueOn","op":"in_next","value":{"n":1,"unit":"week"}}`:                                  "Northwest",
		`{"not":{"field":"lastVisitOn","op":"in_last","value":{"n":10,"unit":"day"}}}`:                    "Northeast Southeast Southwest",
		`{"field":"createdAt","op":"today"}`:                                                              all,
		`{"field":"createdAt","op":"before","value":"2020-01-01"}`:                                        "",
		`{"field":"archived","op":"is","value":true}`:                                                     "Gone",
		`{"any":[{"field":"archived","op":"is","value":true},{"field":"class","op":"in","value":["A"]}]}`: "Gone Southwest",
		`{"field":"city","op":"is","value":"dover"}`:                                                      "Northwest",
		`{"field":"city","op":"is_not","value":"dover"}`:                                                  "Northeast Southeast Southwest",
		`{"field":"city","op":"is_empty"}`:                                                                "Northeast Southeast Southwest",
		`{"field":"contact.name","op":"contains","value":"öztÜrk"}`:                                       "Southwest",
		`{"field":"contact.email","op":"not_empty"}`:                                                      "Southwest",
		`{"field":"contact.doNotContact","op":"is","value":true}`:                                         "Southwest",
		`{"field":"contact.doNotContact","op":"is","value":false}`:                                        "Northeast Northwest Southeast",
		`{"field":"contact.count","op":"eq","value":0}`:                                                   "Northeast Northwest Southeast",
		`{"field":"contact.count","op":"gte","value":2}`:                                                  "Southwest",
		`{"field":"contact.count","op":"ne","value":2}`:                                                   "Northeast Northwest Southeast",
		`{"field":"contact.count","op":"lt","value":2}`:                                                   "Northeast Northwest Southeast",
		`{"field":"place","op":"box","value":{"box":[-77,38.5,-74,39.5]}}`:                                "Northwest Southeast Southwest",
		`{"not":{"field":"place","op":"box","value":{"box":[-77,38.5,-74,39.5]}}}`:                        "Northeast",
		`{"field":"place","op":"within","value":{"polygon":[[-76.1,38.9],[-74.8,38.9],[-76.1,40.2]]}}`:    "Northwest Southeast Southwest",
		`{"field":"place","op":"radius","value":{"center":[-76,39.05],"metres":5600}}`:                    "Southwest",
		`{"field":"place","op":"radius","value":{"center":[-76,39.05],"metres":5500}}`:                    "",
		fmt.Sprintf(`{"field":"place","op":"cells","value":{"cells":[%q]}}`, cell):                        "Southwest",
		`{"field":"search","op":"matches","value":"southwset"}`:                                           "Southeast Southwest",
		`{"field":"custom.size","op":"gt","value":7}`:                                                     "Southeast",
		`{"field":"custom.size","op":"ne","value":7.5}`:                                                   "Northeast Northwest Southwest",
		`{"field":"custom.size","op":"is_empty"}`:                                                         "Northeast Northwest Southwest",
		`{"field":"custom.seen","op":"on","value":"2026-01-31"}`:                                          "Southeast",
		`{"field":"custom.seen","op":"after","value":"2026-01-31"}`:                                       "",
		`{"field":"custom.kinds","op":"has_all","value":["x","y"]}`:                                       "Southeast",
		`{"field":"custom.kinds","op":"has_none","value":["x","z"]}`:                                      "Northeast Northwest Southwest",
		`{"all":[{"field":"status","op":"in","value":["customer"]},{"any":[{"field":"class","op":"in","value":["C"]},{"field":"tags","op":"has_any","value":["old"]}]}]}`: "Northeast Southwest",
	} {
		require.Equal(t, strings.Fields(want), b.names(Filter{Tree: tree(t, text)}, "name"), text)
	}
	_ = ne
}

func TestAWrongTreeIsRefusedWithThePathOfWhatIsWrong(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"not":`, 100) + `{"field":"name","op":"not_empty"}` + strings.Repeat("}", 100)
	many := `{"all":[` + strings.TrimSuffix(strings.Repeat(`{"field":"name","op":"not_empty"},`, 101), ",") + `]}`
	huge := `{"all":[` + strings.TrimSuffix(strings.Repeat(`{"field":"name","op":"not_empty"},`, 10_000), ",") + `]}`
	for text, path := range map[string]string{
		deep: "filter.not.not.not.not.not.not",
		many: "filter.all[100]",
		huge: "filter",
		`[]`: "filter", `"x"`: "filter", `{`: "filter", `{}`: "filter.field",
		`{"all":{}}`:                    "filter.all",
		`{"all":[],"any":[]}`:           "filter",
		`{"all":[null]}`:                "filter.all[0]",
		`{"field":"nothing","op":"is"}`: "filter.field",
		`{"field":"name); drop table accounts; --","op":"is","value":"x"}`:                                "filter.field",
		`{"field":"custom.'; drop","op":"is","value":"x"}`:                                                "filter.field",
		`{"field":"name","op":"eq","value":"x"}`:                                                          "filter.op",
		`{"field":"name","op":"is"}`:                                                                      "filter.value",
		`{"field":"name","op":"is","value":7}`:                                                            "filter.value",
		`{"field":"name","op":"is","value":"\u0000"}`:                                                     "filter.value",
		`{"field":"name","op":"is","value":"` + strings.Repeat("x", 201) + `"}`:                           "filter.value",
		`{"field":"name","op":"is","value":"x","more":1}`:                                                 "filter",
		`{"field":"revenue","op":"gt","value":NaN}`:                                                       "filter",
		`{"field":"revenue","op":"gt","value":1e999}`:                                                     "filter.value",
		`{"field":"revenue","op":"gt","value":"7"}`:                                                       "filter.value",
		`{"field":"revenue","op":"between","value":[1]}`:                                                  "filter.value",
		`{"field":"status","op":"in","value":["gold"]}`:                                                   "filter.value",
		`{"field":"status","op":"in","value":[]}`:                                                         "filter.value",
		`{"field":"ownerId","op":"in","value":[-1]}`:                                                      "filter.value",
		`{"field":"ownerId","op":"in","value":["1 or 1=1"]}`:                                              "filter.value",
		`{"field":"lastVisitOn","op":"on","value":"2026-02-30"}`:                                          "filter.value",
		`{"field":"lastVisitOn","op":"in_last","value":{"n":-1,"unit":"day"}}`:                            "filter.value",
		`{"field":"lastVisitOn","op":"in_last","value":{"n":1,"unit":"aeon"}}`:                            "filter.value",
		`{"field":"place","op":"within","value":{"polygon":[[0,0],[1,1]]}}`:                               "filter.value",
		`{"field":"place","op":"within","value":{"polygon":[[0,0],[1,1],[400,0]]}}`:                       "filter.value",
		`{"field":"place","op":"radius","value":{"center":[0,0],"metres":1e9}}`:                           "filter.value",
		`{"field":"place","op":"cells","value":{"cells":["zz"]}}`:                                         "filter.value",
		`{"field":"place","op":"box","value":{"box":[0,10,1,5]}}`:                                         "filter.value",
		`{"field":"place","op":"reach","value":{"center":[0,0],"minutes":0}}`:                             "filter.value",
		`{"field":"segment","op":"in","value":["x"]}`:                                                     "filter.value",
		`{"all":[{"field":"name","op":"not_empty"},{"any":[{"field":"class","op":"in","value":["Z"]}]}]}`: "filter.all[1].any[0].value",
	} {
		_, err := ParseTree([]byte(text))
		refused(t, err, fault.Invalid)
		require.Equal(t, path, fault.Of(err).Fields()[0].Name, "%.80s", text)
	}
	for _, text := range []string{``, `null`, ` null `} {
		none, err := ParseTree([]byte(text))
		require.NoError(t, err)
		require.Nil(t, none)
	}
}

func TestWhatOnlyTheDatabaseKnowsIsRefusedWithItsPath(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.add("One", -75, 39)
	for text, path := range map[string]string{
		`{"all":[{"field":"custom.nothing","op":"is","value":"x"}]}`: "filter.all[0].field",
		`{"any":[{"field":"segment","op":"in","value":[1]}]}`:        "filter.any[0].value",
	} {
		_, err := b.Count(b.ctx, Filter{Tree: tree(t, text)})
		refused(t, err, fault.Invalid)
		require.Equal(t, path, fault.Of(err).Fields()[0].Name)
	}
	_, err := b.Count(b.ctx, Filter{Tree: tree(t, `{"field":"place","op":"reach","value":{"center":[0,0],"minutes":5}}`)})
	refused(t, err, fault.Unavailable)
	for _, text := range []string{"'; drop table accounts; --", `\`, `%_`, "😀 ﷽", "ſ İ ß", `"`, "$1", "\u202e"} {
		raw, err := json.Marshal(text)
		require.NoError(t, err)
		for _, field := range []string{"name", "notes", "city", "contact.name", "search"} {
			op := map[bool]string{true: "matches", false: "contains"}[field == "search"]
			n, err := b.Count(b.ctx, Filter{Tree: tree(t, fmt.Sprintf(`{"field":%q,"op":%q,"value":%s}`, field, op, raw))})
			require.NoError(t, err)
			require.Zero(t, n)
		}
	}
}

// oracle is what a row is compared with: a plain reading of the table.
type oracle struct {
	id      int64
	name    string
	status  string
	class   string
	owner   *int64
	tags    []string
	revenue float64
	last    *time.Time
	points  []orb.Point
	names   []string // of contacts
}

// judge decides a tree for an account, sharing no code with the compiler.
func (o oracle) judge(t testing.TB, raw any, today time.Time) bool {
	n := raw.(map[string]any)
	if list, is := n["all"]; is {
		for _, c := range list.([]any) {
			if !o.judge(t, c, today) {
				return false
			}
		}
		return true
	}
	if list, is := n["any"]; is {
		return slices.ContainsFunc(list.([]any), func(c any) bool { return o.judge(t, c, today) })
	}
	if inner, is := n["not"]; is {
		return !o.judge(t, inner, today)
	}
	v := n["value"]
	switch n["field"].(string) + " " + n["op"].(string) {
	case "name contains":
		return strings.Contains(strings.ToLower(o.name), strings.ToLower(v.(string)))
	case "status in":
		return slices.Contains(v.([]any), any(o.status))
	case "class not_in":
		return !slices.Contains(v.([]any), any(o.class))
	case "ownerId is_empty":
		return o.owner == nil
	case "tags has_any":
		return slices.ContainsFunc(o.tags, func(tag string) bool { return slices.Contains(v.([]any), any(tag)) })
	case "revenue gt":
		return o.revenue > v.(float64)
	case "lastVisitOn more_than_ago":
		n := int(v.(map[string]any)["n"].(float64))
		return o.last != nil && o.last.Before(today.AddDate(0, 0, -n))
	case "contact.name not_empty":
		return len(o.names) > 0
	case "place within":
		var ring orb.Ring
		for _, c := range v.(map[string]any)["polygon"].([]any) {
			ring = append(ring, orb.Point{c.([]any)[0].(float64), c.([]any)[1].(float64)})
		}
		ring = append(ring, ring[0])
		return slices.ContainsFunc(o.points, func(p orb.Point) bool { return inRing(ring, p) })
	case "place radius":
		at := v.(map[string]any)["center"].([]any)
		metres := v.(map[string]any)["metres"].(float64)
		return slices.ContainsFunc(o.points, func(p orb.Point) bool {
			return haversine(orb.Point{at[0].(float64), at[1].(float64)}, p) <= metres
		})
	}
	t.Fatalf("the oracle knows no %v", n)
	return false
}

func haversine(a, b orb.Point) float64 {
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	h := math.Pow(math.Sin(rad(b[1]-a[1])/2), 2) + math.Cos(rad(a[1]))*math.Cos(rad(b[1]))*math.Pow(math.Sin(rad(b[0]-a[0])/2), 2)
	return 2 * 6371008.7714150598 * math.Asin(math.Sqrt(h))
}

// someTree is a random tree of a depth.
func someTree(rng *rand.Rand, depth int) any {
	if depth > 0 && rng.IntN(3) > 0 {
		children := []any{}
		for range 1 + rng.IntN(3) {
			children = append(children, someTree(rng, depth-1))
		}
		switch rng.IntN(5) {
		case 0:
			return map[string]any{"not": children[0]}
		case 1, 2:
			return map[string]any{"any": children}
		}
		return map[string]any{"all": children}
	}
	condition := func(field, op string, value any) any {
		return map[string]any{"field": field, "op": op, "value": value}
	}
	at := func() []any { return []any{-75.5 + 0.5*rng.NormFloat64(), 39 + 0.5*rng.NormFloat64()} }
	switch rng.IntN(10) {
	case 0:
		return condition("name", "contains", []string{"account 1", "7", "ACCOUNT 2"}[rng.IntN(3)])
	case 1:
		return condition("status", "in", []any{"customer", "former"}[:1+rng.IntN(2)])
	case 2:
		return condition("class", "not_in", []any{"A", "C"}[:1+rng.IntN(2)])
	case 3:
		return condition("ownerId", "is_empty", nil)
	case 4:
		return condition("tags", "has_any", []any{"gold"})
	case 5:
		return condition("revenue", "gt", float64(rng.IntN(100)))
	case 6:
		return condition("lastVisitOn", "more_than_ago", map[string]any{"n": float64(rng.IntN(60)), "unit": "day"})
	case 7:
		return condition("contact.name", "not_empty", nil)
	case 8:
		polygon := []any{}
		for range 3 + rng.IntN(4) {
			polygon = append(polygon, at())
		}
		return condition("place", "within", map[string]any{"polygon": polygon})
	}
	return condition("place", "radius", map[string]any{"center": at(), "metres": 1000 + float64(rng.IntN(60_000))})
}

func TestListCountSelectionAndTilesAgreeWithAnOracleOnAnyTree(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rng := rand.New(rand.NewPCG(11, 6))
	scatter(b, 80, rng)
	b.exec(`update accounts set revenue = id % 97`)
	b.exec(`insert into contacts (org_id, account_id, name) select org_id, id, 'Ann' from accounts where id % 4 = 0`)
	var all []oracle
	var today time.Time
	b.sql(func(tx pgx.Tx) error {
		if err := tx.QueryRow(t.Context(), `select (now() at time zone 'UTC')::date`).Scan(&today); err != nil {
			return err
		}
		rows, err := tx.Query(t.Context(), `select id, name, status, class, owner_id, tags, revenue::float8, last_visit_on,
			array(select st_x(point) from sites s where s.account_id = a.id order by s.id), array(select st_y(point) from sites s where s.account_id = a.id order by s.id),
			array(select name from contacts c where c.account_id = a.id) from accounts a order by id`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o oracle, err error) {
			var xs, ys []float64
			err = row.Scan(&o.id, &o.name, &o.status, &o.class, &o.owner, &o.tags, &o.revenue, &o.last, &xs, &ys, &o.names)
			for i := range xs {
				o.points = append(o.points, orb.Point{xs[i], ys[i]})
			}
			return o, err
		})
		return err
	})
	world := box(t, -180, -90, 180, 90)
	found := 0
	for round := range 120 {
		raw, err := json.Marshal(someTree(rng, 4))
		require.NoError(t, err)
		var plain any
		require.NoError(t, json.Unmarshal(raw, &plain))
		f := Filter{Tree: tree(t, string(raw))}
		want := []int64{}
		for _, o := range all {
			if o.judge(t, plain, today) {
				want = append(want, o.id)
			}
		}
		found += len(want)
		got, err := b.IDs(b.ctx, f, 1000)
		require.NoError(t, err)
		require.Equal(t, want, append([]int64{}, got...), "%s", raw)
		l := b.list(f, Page{Limit: 500, Sort: []string{"name", "-category", "createdAt", "-custom.x"}[round%4]})
		require.Equal(t, len(want), l.Total)
		require.Len(t, l.Items, len(want), "%s", raw)
		if round%4 != 0 {
			continue
		}
		f.Box = world
		s, err := b.Select(b.ctx, f)
		require.NoError(t, err)
		require.Equal(t, len(want), s.Total, "the selection: %s", raw)
		f.Box = nil
		// The tiles of zoom 4 that are there hold every one of them, grouped or alone.
		counted := map[int]bool{}
		for _, feature := range b.tile(f, tiles.At(orb.Point{-75.5, 39}, 4), "accounts") {
			counted[number(feature["count"])] = true
		}
		require.Equal(t, len(want) > 0, len(counted) > 0, "%s", raw)
	}
	require.Greater(t, found, 1000, "the trees hold enough to notice")
}

func TestACircleIsExactAtItsEdgeAnywhere(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	for range 60 {
		centre := orb.Point{rng.Float64()*360 - 180, rng.Float64()*176 - 88}
		metres := math.Exp(rng.Float64()*10 + 2)
		s, err := CircleOf(centre, metres)
		require.NoError(t, err)
		for range 300 {
			sin, cos := math.Sincos(rng.Float64() * 2 * math.Pi)
			far := metres * (0.5 + rng.Float64()) / 6371008.77
			lat := math.Asin(math.Sin(centre[1]*math.Pi/180)*math.Cos(far) + math.Cos(centre[1]*math.Pi/180)*math.Sin(far)*cos)
			lon := centre[0]*math.Pi/180 + math.Atan2(sin*math.Sin(far)*math.Cos(centre[1]*math.Pi/180), math.Cos(far)-math.Sin(centre[1]*math.Pi/180)*math.Sin(lat))
			p := orb.Point{math.Remainder(lon*180/math.Pi, 360), lat * 180 / math.Pi}
			cell, err := hexgrid.CellOf(p)
			require.NoError(t, err)
			in := haversine(centre, p) <= metres
			if in {
				require.True(t, slices.ContainsFunc(append(slices.Clone(s.cover.Inside), s.cover.Edge...), func(r hexgrid.Range) bool { return r.Lo <= int64(cell) && int64(cell) <= r.Hi }), "%v within %v of %v", p, metres, centre)
			} else {
				require.False(t, slices.ContainsFunc(s.cover.Inside, func(r hexgrid.Range) bool { return r.Lo <= int64(cell) && int64(cell) <= r.Hi }), "%v is %v from %v, not within %v", p, haversine(centre, p), centre, metres)
			}
		}
	}
}

func TestTimesRelativeToTodayAreCountedByHand(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC) // a Tuesday
	for text, want := range map[string]string{
		`{"op":"today"}`:      "2026-03-31 2026-03-31",
		`{"op":"this_week"}`:  "2026-03-30 2026-04-05",
		`{"op":"this_month"}`: "2026-03-01 2026-03-31",
		`{"op":"in_last","value":{"n":1,"unit":"month"}}`:      "2026-02-28 2026-03-31",
		`{"op":"in_last","value":{"n":0,"unit":"day"}}`:        "2026-03-31 2026-03-31",
		`{"op":"in_next","value":{"n":2,"unit":"week"}}`:       "2026-03-31 2026-04-14",
		`{"op":"more_than_ago","value":{"n":1,"unit":"year"}}`: "- 2025-03-30",
		`{"op":"before","value":"2026-01-01"}`:                 "- 2025-12-31",
		`{"op":"after","value":"2026-01-01"}`:                  "2026-01-02 -",
		`{"op":"between","value":["2026-01-01","2026-02-01"]}`: "2026-01-01 2026-02-01",
	} {
		var n struct {
			Op    string
			Value json.RawMessage
		}
		require.NoError(t, json.Unmarshal([]byte(text), &n))
		span, err := daysOf(&node{op: n.Op, value: n.Value}, today)
		require.NoError(t, err)
		show := func(day *string) string {
			if day == nil {
				return "-"
			}
			return *day
		}
		require.Equal(t, want, show(dayText(span.from))+" "+show(dayText(span.to)), text)
	}
}
