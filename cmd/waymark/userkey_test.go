package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/identity"
)

func TestAnAPIKeyIsMadeShownAndEndedInTheShell(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("user", "org", "add", "acme")
	s.must("user", "add", "rep@acme.example")
	require.Contains(t, s.must("user", "key"), "no API keys")
	require.Contains(t, s.fails("user", "key", "add", "rep@acme.example", "--scope", "users.manage"), "users.manage")
	require.Contains(t, s.fails("user", "key", "add", "nobody@acme.example", "--scope", "plans.read"), "nobody@acme.example")

	out := s.must("user", "key", "add", "Rep@acme.example", "--scope", "plans.read,accounts.read", "--name", "VROOM")
	key := regexp.MustCompile(`wm_[A-Z2-7]{52}`).FindString(out)
	require.NotEmpty(t, key, out)
	people := identity.New(s.db.DB, identity.Options{})
	session, err := people.KeySession(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, []identity.Permission{identity.AccountsRead, identity.PlansRead}, session.Permissions())

	list := s.must("user", "key", "list")
	require.Contains(t, list, "VROOM")
	require.NotContains(t, list, key)
	number := regexp.MustCompile(`(?m)^(\d+) `).FindStringSubmatch(list)[1]
	s.must("user", "key", "remove", number)
	_, err = people.KeySession(t.Context(), key)
	require.Error(t, err)
	s.fails("user", "key", "remove", number)
}
