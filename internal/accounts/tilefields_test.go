package accounts

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/fault"
)

func TestPointsOfTilesCarryTheCustomValuesThatAreAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, f := range []CustomField{
		{Key: "fleet", Label: "Fleet", Type: FieldNumber},
		{Key: "tier", Label: "Tier", Type: FieldChoice, Choices: []Choice{{Value: "gold"}, {Value: "silver"}}},
		{Key: "brands", Label: "Brands", Type: FieldChoices, Choices: []Choice{{Value: "Acme, Inc."}, {Value: "Globex"}}},
		{Key: "key", Label: "Key account", Type: FieldBoolean},
		{Key: "about", Label: "About", Type: FieldText},
	} {
		_, err := b.CreateCustomField(b.ctx, f)
		require.NoError(t, err)
	}
	with := func(values string) func(*NewAccount) {
		return func(n *NewAccount) { require.NoError(t, json.Unmarshal([]byte(values), &n.Custom)) }
	}
	at := orb.Point{-75.52, 39.16}
	full := b.add("Full", at[0], at[1], with(`{"fleet": -3.5, "tier": "gold", "brands": ["Globex", "Acme, Inc."], "key": false, "about": "`+strings.Repeat("ä", 150)+`"}`))
	_, err := b.AddSite(b.ctx, full.ID, NewSite{Point: &orb.Point{-75.53, 39.16}})
	require.NoError(t, err)
	empty := b.add("Empty", -75.521, 39.161)

	all := []string{"custom.fleet", "custom.tier", "custom.brands", "custom.key", "custom.about"}
	var seen int
	for _, f := range b.tileOf(TileLayers{Accounts: true, Fields: all}, Filter{}, tiles.At(at, 12), "accounts") {
		if number(f["account"]) == int(empty.ID) {
			for _, name := range all {
				require.NotContains(t, f, name)
			}
			continue
		}
		seen++
		require.Equal(t, []any{-3.5, "gold", "Acme, Inc.; Globex", false}, []any{f["custom.fleet"], f["custom.tier"], f["custom.brands"], f["custom.key"]})
		require.Equal(t, strings.Repeat("ä", 99)+"…", f["custom.about"])
	}
	require.Equal(t, 2, seen, "both sites of the account")
	// From afar an account that stands alone carries them too.
	b.add("Alone", 100, -30, with(`{"tier": "silver"}`))
	far := b.tileOf(TileLayers{Accounts: true, Fields: []string{"custom.tier"}}, Filter{}, tiles.At(orb.Point{100, -30}, 3), "accounts")
	require.Len(t, far, 1)
	require.Equal(t, "silver", far[0]["custom.tier"])
	// Nobody who asks for none gets any.
	for _, f := range b.tile(Filter{}, tiles.At(at, 12), "accounts") {
		for name := range f {
			require.False(t, strings.HasPrefix(name, "custom."), name)
		}
	}
	for text, fields := range map[string][]string{
		"There is no custom field nothing.":     {"custom.nothing"},
		"A tile carries at most 5 fields.":      append([]string{"custom.more"}, all...),
		"Tiles carry custom fields, each once.": {"custom.tier", "custom.tier"},
	} {
		_, err := b.Tile(b.ctx, Filter{}, tiles.At(at, 12), TileLayers{Accounts: true, Fields: fields})
		require.Equal(t, text, refused(t, err, fault.Invalid))
	}
	_, err = b.Tile(b.ctx, Filter{}, tiles.At(at, 12), TileLayers{Accounts: true, Fields: []string{"name"}})
	refused(t, err, fault.Invalid)
}

func TestTheSpreadOfAFieldIsFifthsOfItsValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.CreateCustomField(b.ctx, CustomField{Key: "fleet", Label: "Fleet", Type: FieldNumber})
	require.NoError(t, err)
	spread, err := b.Spread(b.ctx, "custom.fleet")
	require.NoError(t, err)
	require.Equal(t, Spread{Breaks: []float64{}}, spread)
	for _, v := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "1000"} {
		b.add("Van "+v, 0, 0, func(n *NewAccount) { n.Custom = CustomValues{"fleet": json.RawMessage(v)} })
	}
	b.add("None", 0, 0)
	spread, err = b.Spread(b.ctx, "custom.fleet")
	require.NoError(t, err)
	require.Equal(t, Spread{Count: 10, Min: 1, Max: 1000, Breaks: []float64{3, 5, 7, 9}}, spread)
	// Where most values are the same, there are fewer classes.
	for range 40 {
		b.add("More", 0, 0, func(n *NewAccount) { n.Custom = CustomValues{"fleet": json.RawMessage("1")} })
	}
	spread, err = b.Spread(b.ctx, "custom.fleet")
	require.NoError(t, err)
	require.Equal(t, Spread{Count: 50, Min: 1, Max: 1000, Breaks: []float64{2}}, spread)
	_, err = b.Spread(b.ctx, "name")
	refused(t, err, fault.Invalid)
	_, err = b.Spread(b.ctx, "custom.nothing")
	refused(t, err, fault.NotFound)
}
