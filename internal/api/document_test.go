package api

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocumentNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	raw, err := Document("1.2.3")
	require.NoError(t, err)
	require.Contains(t, string(raw), `"openapi": "3.1.0"`)
	require.Contains(t, string(raw), `"version": "1.2.3"`)
	again, err := Document("1.2.3")
	require.NoError(t, err)
	require.Equal(t, string(raw), string(again), "the same each time, so that a file of it can be compared")
}

// The names in the document are those of functions and types in clients: to
// change one breaks them.
func TestTheDocumentHasTheNamesThatClientsUse(t *testing.T) {
	t.Parallel()
	var ids []string
	eachOperation(t, func(id, _, _ string, _ map[string]any) { ids = append(ids, id) })
	for id := range strings.FieldsSeq(`
		signIn signOut signOutEverywhere getMe updateMe changePassword listUsers createUser updateUser listTeams createTeam
		listAccounts createAccount getAccount updateAccount archiveAccount restoreAccount createSite updateSite deleteSite
		createContact updateContact deleteContact summariseSelection listOpenProspects getOpenProspect takeOverOpenProspect
		listRegions searchPlaces getExtract listDueVisits createPlan listPlans getPlan reorderPlan optimisePlan cancelPlan deletePlan`) {
		require.Contains(t, ids, id)
	}
	doc, err := document()
	require.NoError(t, err)
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	for name := range strings.FieldsSeq(`
		Me User Organisation Team Account AccountRow Site Contact OpenProspect Plan PlanSummary PlanRequest Route Stop Unplanned Problem`) {
		require.Contains(t, schemas, name)
	}
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		require.Regexp(t, `^[A-Z][A-Za-z]+$`, name)
	}
}

// What Go's types say and huma does not.
func TestWhatMayBeNullSaysSo(t *testing.T) {
	t.Parallel()
	doc, err := document()
	require.NoError(t, err)
	property := func(schema, name string) map[string]any {
		s := doc["components"].(map[string]any)["schemas"].(map[string]any)[schema].(map[string]any)
		require.Contains(t, s["required"], name)
		return s["properties"].(map[string]any)[name].(map[string]any)
	}
	require.Equal(t, []any{map[string]any{"$ref": "#/components/schemas/Route"}, map[string]any{"type": "null"}}, property("Plan", "route")["anyOf"])
	require.Equal(t, []any{"en", "de", nil}, property("User", "language")["enum"])
	require.Equal(t, []any{"integer", "null"}, property("User", "teamId")["type"])
	require.Equal(t, []any{"array", "null"}, property("User", "startPoint")["type"])
	require.Equal(t, "array", property("Account", "tags")["type"])
}
