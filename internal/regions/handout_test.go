package regions

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/accounts"
)

func TestFewAccountsAreWithheldFromWhatIsHandedOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 4 {
		b.add(accounts.Customer, dover)
	}
	for range 5 {
		b.add(accounts.Prospect, lewes)
	}
	b.prospect(1, dover)
	b.prospect(2, orb.Point{-75.9, 38.9}) // nobody's account is near
	res := 6
	view, err := b.View(b.ctx, accounts.Filter{Box: box(t, -76.5, 38.5, -75, 39.5)}, Detail{Resolution: &res, Wanted: Wanted{Groups: []Group{GroupMoney, GroupCoverage}}})
	require.NoError(t, err)
	require.Len(t, view.Cells, 3)

	var text bytes.Buffer
	require.NoError(t, view.Handout(UsualLeast).WriteCSV(&text))
	rows, err := csv.NewReader(&text).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	withheld := map[string][]string{}
	for _, row := range rows[1:] {
		withheld[row[3]] = append(withheld[row[3]], strings.Join(row[4:], ","))
	}
	require.Equal(t, []string{"1,,,,,,,,,,,,"}, withheld["true"], "four accounts are too few; the open prospect stays")
	require.ElementsMatch(t, []string{"0,5,0,5,0,0,0,0,,5,0,0,0", "1,0,0,0,,0,0,0,,0,0,0,0"}, withheld["false"])

	var collection struct {
		Type          string
		LeastAccounts int
		Features      []struct {
			Geometry struct {
				Type        string
				Coordinates orb.Polygon
			}
			Properties map[string]any
		}
	}
	text.Reset()
	require.NoError(t, view.Handout(UsualLeast).WriteGeoJSON(&text))
	require.NoError(t, json.Unmarshal(text.Bytes(), &collection))
	require.Equal(t, "FeatureCollection", collection.Type)
	require.Equal(t, 5, collection.LeastAccounts)
	require.Len(t, collection.Features, 3)
	few := 0
	for _, f := range collection.Features {
		require.Equal(t, f.Geometry.Coordinates[0][0], f.Geometry.Coordinates[0][len(f.Geometry.Coordinates[0])-1])
		if f.Properties["withheld"] == true {
			few++
			require.Nil(t, f.Properties["customers"])
			require.Nil(t, f.Properties["revenue"])
		}
	}
	require.Equal(t, 1, few)
	require.NotContains(t, text.String(), `"accounts":4`)

	// Three are enough when three were asked for.
	for _, c := range view.Handout(LeastAccounts).Cells {
		require.False(t, c.Withheld)
	}
}

func TestTheRevenueOfFewCustomersIsWithheldAmongManyProspects(t *testing.T) {
	t.Parallel()
	cell := func(customers int, revenue float64) Cell {
		potential, white := 900.0, 900-revenue
		return Cell{Figures: Figures{Accounts: 9, Customers: customers, Prospects: 9 - customers, Revenue: &revenue, Potential: &potential, WhiteSpace: &white}}
	}
	out := View{Cells: []Cell{cell(1, 100), cell(4, 0), cell(5, 100), cell(0, 0), cell(0, 70)}}.Handout(5)
	for i, given := range []bool{false, false, true, true, false} { // the last: of a former customer
		c := out.Cells[i]
		require.False(t, c.Withheld)
		require.Equal(t, 9, c.Accounts)
		require.NotNil(t, c.Potential)
		require.Equal(t, given, c.Revenue != nil, i)
		require.Equal(t, given, c.WhiteSpace != nil, i)
	}
}
