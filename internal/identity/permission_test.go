package identity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/identity"
)

// The whole table, to be read: whoever changes a right changes it here too.
const table = `
                     admin manager rep marketer service backoffice
accounts.read            x       x   x        x       x          x
accounts.write           x       x   x        -       x          x
accounts.assign          x       x   -        -       -          x
accounts.import          x       x   -        -       -          x
accounts.merge           x       x   -        -       -          x
accounts.export          x       x   -        x       -          x
activities.write         x       x   x        x       x          x
plans.read               x       x   x        -       x          x
plans.write              x       x   x        -       -          -
plans.team               x       x   -        -       -          -
regions.read             x       x   x        x       x          x
territories.read         x       x   x        x       x          x
territories.write        x       x   -        -       -          -
territories.publish      x       x   -        -       -          -
users.read               x       x   x        x       x          x
users.manage             x       -   -        -       -          -
organisation.manage      x       -   -        -       -          -
`

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	fmt.Fprintf(&text, "\n%-20s", "")
	for _, role := range identity.Roles() {
		fmt.Fprintf(&text, " %s", role)
	}
	for _, p := range identity.Permissions() {
		fmt.Fprintf(&text, "\n%-20s", p)
		for _, role := range identity.Roles() {
			mark := "-"
			if role.May(p) {
				mark = "x"
			}
			fmt.Fprintf(&text, " %*s", len(role), mark)
		}
	}
	require.Equal(t, table, text.String()+"\n")
}

func TestARoleThatDoesNotExistMayNothing(t *testing.T) {
	t.Parallel()
	for _, role := range []identity.Role{"", "king", "Admin"} {
		require.False(t, role.Known())
		require.Empty(t, role.Permissions())
		require.False(t, role.May(identity.AccountsRead))
	}
	permissions := identity.RoleRep.Permissions()
	permissions[0] = identity.OrganisationManage
	require.False(t, identity.RoleRep.May(identity.OrganisationManage), "the table is not handed out itself")
}
