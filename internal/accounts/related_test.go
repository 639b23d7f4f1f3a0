package accounts

import (
	"fmt"
	"testing"

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
	for filter, want := range map[string][]string{
		`{"field":"relation","op":"in","value":["supplier"]}`:                                {"Shop"},
		`{"field":"relation","op":"in","value":["customer"]}`:                                {"Mill"},
		`{"field":"relation","op":"in","value":["partner"]}`:                                 {"Group", "Mill"},
		`{"field":"relation","op":"in","value":["subsidiary","parent"]}`:                     {"Group", "Shop"},
		`{"field":"relation","op":"not_in","value":["supplier","partner"]}`:                  {"Alone"},
		`{"field":"relation","op":"is_empty"}`:                                               {"Alone"},
		`{"field":"relation","op":"not_empty"}`:                                              {"Group", "Mill", "Shop"},
		fmt.Sprintf(`{"field":"relation","op":"in","value":["any:%d"]}`, group.ID):           {"Mill", "Shop"},
		fmt.Sprintf(`{"field":"relation","op":"in","value":["parent:%d"]}`, group.ID):        {"Shop"},
		fmt.Sprintf(`{"field":"relation","op":"in","value":["parent:%d"]}`, mill.ID):         {},
		`{"not":{"any":[{"field":"relation","op":"in","value":["supplier","competitor"]}]}}`: {"Alone", "Group", "Mill"},
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
