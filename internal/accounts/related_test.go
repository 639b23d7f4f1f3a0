package accounts

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
)

func TestAFilterAsksForRelatedAccounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mill := b.add("Mill", -75.1, 39.1)
	shop := b.add("Shop", -75.2, 39.1)
	group := b.add("Group", -75.3, 39.1)
	b.add("Alone", -75.4, 39.1)
	relate := func(of, other Account, kind string) {
		b.exec(`insert into account_relations (org_id, account_id, other_id, kind) values ($1, $2, $3, $4)`, b.org, of.ID, other.ID, kind)
	}
	relate(shop, mill, "supplier") // the mill supplies the shop
	relate(shop, group, "parent")
	relate(mill, group, "partner")
	// Nobody is related to what has been archived, unless that is asked for.
	gone := b.add("Gone", -75.5, 39.1)
	relate(mill, gone, "vendor")
	_, err := b.Archive(b.ctx, gone.ID, gone.Version)
	require.NoError(t, err)
	named := func(name string) string { return `{"field":"name","op":"is","value":"` + name + `"}` }
	for filter, want := range map[string][]string{
		`{"field":"relation","op":"in","value":["supplier"]}`:                                                       {"Shop"},
		`{"field":"relation","op":"in","value":["customer"]}`:                                                       {"Mill"},
		`{"field":"relation","op":"in","value":["partner"]}`:                                                        {"Group", "Mill"},
		`{"field":"relation","op":"in","value":["subsidiary","parent"]}`:                                            {"Group", "Shop"},
		`{"field":"relation","op":"not_in","value":["supplier","partner"]}`:                                         {"Alone"},
		`{"field":"relation","op":"is_empty"}`:                                                                      {"Alone"},
		`{"field":"relation","op":"not_empty"}`:                                                                     {"Group", "Mill", "Shop"},
		fmt.Sprintf(`{"field":"relation","op":"in","value":["any:%d"]}`, group.ID):                                  {"Mill", "Shop"},
		fmt.Sprintf(`{"field":"relation","op":"in","value":["parent:%d"]}`, group.ID):                               {"Shop"},
		fmt.Sprintf(`{"field":"relation","op":"in","value":["parent:%d"]}`, mill.ID):                                {},
		`{"field":"relation","op":"match","value":{"roles":["supplier","partner"],"filter":` + named("Mill") + `}}`: {"Group", "Shop"},
		`{"field":"relation","op":"match","value":{"filter":{"not":` + named("Group") + `}}}`:                       {"Group", "Mill", "Shop"},
		`{"not":{"field":"relation","op":"match","value":{"filter":` + named("Group") + `}}}`:                       {"Alone", "Group"},
		`{"field":"relation","op":"match","value":{"roles":["customer"],"filter":{"field":"relation","op":"match","value":{"roles":["parent"],"filter":` + named("Group") + `}}}}`: {"Mill"},
		`{"field":"relation","op":"match","value":{"filter":{"field":"place","op":"radius","value":{"center":[-75.3,39.1],"metres":50}}}}`:                                         {"Mill", "Shop"},
		`{"field":"relation","op":"match","value":{"filter":{"field":"archived","op":"is","value":true}}}`:                                                                         {"Mill"},
		`{"field":"relation","op":"match","value":{"roles":["competitor"],"filter":{"all":[]}}}`:                                                                                   {},
		`{"not":{"any":[{"field":"relation","op":"in","value":["supplier","competitor"]}]}}`:                                                                                       {"Alone", "Group", "Mill"},
	} {
		tree, err := ParseTree([]byte(filter))
		require.NoError(t, err, filter)
		got := b.names(Filter{Tree: tree}, "name")
		if len(want) == 0 {
			require.Empty(t, got, filter)
			continue
		}
		require.Equal(t, want, got, filter)
	}
	for _, value := range []string{`{"roles":["boss"],"filter":{"all":[]}}`, `{"roles":["supplier"]}`, `["supplier"]`,
		`{"filter":{"field":"status","op":"in","value":["friend"]}}`} {
		_, err := ParseTree([]byte(`{"field":"relation","op":"match","value":` + value + `}`))
		refused(t, err, fault.Invalid)
	}
	for _, value := range []string{`["boss"]`, `["supplier:x"]`, `["any"]`, `"supplier"`, `[]`} {
		_, err := ParseTree([]byte(`{"field":"relation","op":"in","value":` + value + `}`))
		refused(t, err, fault.Invalid)
	}
}

func TestAListIsSortedByCityAndByAFieldOfOnesOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.CreateCustomField(b.ctx, CustomField{Key: "size", Label: "Size", Type: FieldNumber})
	require.NoError(t, err)
	for i, city := range []string{"newark", "Dover", "Lewes"} {
		b.add(city, -75.1, 39.1, func(n *NewAccount) {
			n.Site.City = city
			n.Custom = CustomValues{"size": []byte(fmt.Sprint(10 - i))}
		})
	}
	_, err = b.Create(b.ctx, NewAccount{Name: "No place", MayAssign: true})
	require.NoError(t, err)
	require.Equal(t, []string{"No place", "Dover", "Lewes", "newark"}, b.names(Filter{}, "city"))
	require.Equal(t, []string{"newark", "Lewes", "Dover", "No place"}, b.names(Filter{}, "-city"))
	require.Equal(t, []string{"No place", "Lewes", "Dover", "newark"}, b.names(Filter{}, "custom.size"))
	require.Contains(t, Sorts(), "-city")
}

func TestAFilterAsksForANamedArea(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.add("In town", -75.52, 39.16)
	b.add("In the country", -75.9, 39.9)
	var id int64
	b.sql(func(tx pgx.Tx) error {
		return tx.QueryRow(b.t.Context(), `
			with e as (insert into extracts (file_name, sha256, state) values ('a', 'b', 'current') returning id)
			insert into boundaries (osm_id, osm_type, kind, name, km2, point, area, extract_id)
			select 1, 'r', 'place', 'Dover', 1, st_setsrid(st_point(-75.5, 39.1), 4326), st_multi(st_makeenvelope(-75.6, 39.1, -75.4, 39.2, 4326)), id from e
			returning id`).Scan(&id)
	})
	area := fmt.Sprintf(`{"field":"place","op":"area","value":{"place":%d,"name":"Dover"}}`, id)
	for filter, want := range map[string]string{area: "In town", `{"not":` + area + `}`: "In the country"} {
		tree, err := ParseTree([]byte(filter))
		require.NoError(t, err)
		require.Equal(t, []string{want}, b.names(Filter{Tree: tree}, "name"))
	}
	_, err := ParseTree([]byte(`{"field":"place","op":"area","value":{"name":"Dover"}}`))
	refused(t, err, fault.Invalid)
	tree, err := ParseTree([]byte(`{"field":"place","op":"area","value":{"place":99}}`))
	require.NoError(t, err)
	_, err = b.List(b.ctx, Filter{Tree: tree}, Page{Limit: 1})
	require.Equal(t, "There is no such place. The extract may have been loaded anew without it.", refused(t, err, fault.Invalid))
}
