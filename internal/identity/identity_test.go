package identity_test

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

var cheapHash = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const password = "correct horse battery"

type organisation struct {
	id  int64
	rep identity.User
	ctx context.Context // acts as the rep
}

func newOrganisation(t *testing.T, people *identity.Service, slug string) organisation {
	t.Helper()
	o, err := people.CreateOrganisation(t.Context(), identity.Organisation{Name: slug, Slug: slug})
	require.NoError(t, err)
	ctx := postgres.WithActor(t.Context(), postgres.Actor{OrgID: o.ID})
	rep, err := people.CreateUser(ctx, identity.NewUser{Name: "Rep", Email: "rep@" + slug + ".example", Role: identity.RoleRep, Password: password})
	require.NoError(t, err)
	return organisation{id: o.ID, rep: rep, ctx: postgres.WithActor(ctx, postgres.Actor{OrgID: o.ID, UserID: rep.ID, Role: "rep"})}
}

func setup(t *testing.T) (*identity.Service, organisation) {
	t.Helper()
	people := identity.New(testdb.New(t).DB, identity.Options{Hash: cheapHash})
	return people, newOrganisation(t, people, "north")
}

func TestAnOrganisationNeedsANameASlugAndATimeZoneThatExists(t *testing.T) {
	t.Parallel()
	people, _ := setup(t)
	o, err := people.CreateOrganisation(t.Context(), identity.Organisation{Name: " South ", Slug: "south", TimeZone: "Europe/Berlin", Currency: "EUR", Language: "de"})
	require.NoError(t, err)
	require.Equal(t, "South", o.Name)
	found, err := people.OrganisationBySlug(t.Context(), "south")
	require.NoError(t, err)
	require.Equal(t, o, found)
	for _, wrong := range []identity.Organisation{
		{Slug: "x"}, {Name: "X", Slug: "X"}, {Name: "X"}, {Name: "X", Slug: "x", TimeZone: "Mars/Olympus"}, {Name: "X", Slug: "x", TimeZone: "Local"},
		{Name: "X", Slug: "x", Currency: "euro"}, {Name: "X", Slug: "x", Language: "fr"},
	} {
		_, err := people.CreateOrganisation(t.Context(), wrong)
		require.True(t, fault.Is(err, fault.Invalid), "%+v: %v", wrong, err)
	}
	_, err = people.CreateOrganisation(t.Context(), identity.Organisation{Name: "Another", Slug: "south"})
	require.True(t, fault.Is(err, fault.Conflict))
	_, err = people.OrganisationBySlug(t.Context(), "west")
	require.True(t, fault.Is(err, fault.NotFound))
}

func TestAPasswordIsLongAndNotTrivial(t *testing.T) {
	t.Parallel()
	require.NoError(t, identity.CheckPassword("ten chars!", "ada@example.com"))
	require.NoError(t, identity.CheckPassword("пароль-десять", "ada@example.com"))
	for _, weak := range []string{"", "nine char", strings.Repeat("x", 20), strings.Repeat("long ", 41), "Ada.Lovelace@example.com"} {
		require.True(t, fault.Is(identity.CheckPassword(weak, "ada.lovelace@example.com"), fault.Invalid), weak)
	}
}

// The hash of the real cost, once: it verifies, it tells its parameters, and the
// time for a user who does not exist is that of one who does.
func TestAnUnknownUserTakesAsLongAsAWrongPassword(t *testing.T) {
	t.Parallel()
	people := identity.New(testdb.New(t).DB, identity.Options{})
	org := newOrganisation(t, people, "north")
	_, _, err := people.SignIn(t.Context(), identity.Credentials{Email: "warm@up.example", Password: password}, identity.Origin{})
	require.True(t, fault.Is(err, fault.Unauthenticated))
	least := func(email string) time.Duration {
		best := time.Hour
		for range 4 {
			start := time.Now()
			_, _, err := people.SignIn(t.Context(), identity.Credentials{Email: email, Password: "not the password"}, identity.Origin{})
			require.True(t, fault.Is(err, fault.Unauthenticated))
			best = min(best, time.Since(start))
		}
		return best
	}
	wrong, unknown := least(org.rep.Email), least("nobody@north.example")
	t.Logf("wrong password %v, unknown user %v", wrong, unknown)
	require.Greater(t, unknown, wrong/2)
	require.Less(t, unknown, 2*wrong)
}

func TestAHundredAttemptsAtOnceAreAHundredAttempts(t *testing.T) {
	t.Parallel()
	people, org := setup(t)
	var group sync.WaitGroup
	var lock sync.Mutex
	counts := map[fault.Code]int{}
	for range 40 {
		group.Go(func() {
			_, _, err := people.SignIn(t.Context(), identity.Credentials{Email: org.rep.Email, Password: "not the password"},
				identity.Origin{Address: netip.MustParseAddr("2001:db8::1")})
			lock.Lock()
			defer lock.Unlock()
			counts[fault.CodeOf(err)]++
		})
	}
	group.Wait()
	require.Equal(t, map[fault.Code]int{fault.Unauthenticated: 10, fault.TooMany: 30}, counts)
}

func TestHouseholdsCountAsOnePlace(t *testing.T) {
	t.Parallel()
	people, _ := setup(t)
	try := func(email, from string) error {
		_, _, err := people.SignIn(t.Context(), identity.Credentials{Email: email, Password: "x"}, identity.Origin{Address: netip.MustParseAddr(from)})
		return err
	}
	for i := range 100 {
		err := try(strings.Repeat("a", i+1)+"@north.example", "2001:db8:1:2::"+string("0123456789abcdef"[i%16]))
		require.True(t, fault.Is(err, fault.Unauthenticated), err)
	}
	require.True(t, fault.Is(try("b@north.example", "2001:db8:1:2:ffff::1"), fault.TooMany))
	require.True(t, fault.Is(try("b@north.example", "2001:db8:1:3::1"), fault.Unauthenticated))
}

func TestWhatIsNoTextSignsNobodyIn(t *testing.T) {
	t.Parallel()
	people, org := setup(t)
	for _, c := range []identity.Credentials{
		{}, {Email: org.rep.Email}, {Email: "\x00", Password: password}, {Email: "\xff", Password: password},
		{Email: org.rep.Email, Password: strings.Repeat("x", 1<<20)}, {Email: "%", Password: password}, {Email: "' or true --", Password: password},
	} {
		_, _, err := people.SignIn(t.Context(), c, identity.Origin{UserAgent: "\x00\xff" + strings.Repeat("x", 1000)})
		require.True(t, fault.Is(err, fault.Unauthenticated), "%v", err)
	}
	_, err := people.Session(t.Context(), "")
	require.True(t, fault.Is(err, fault.Unauthenticated))
	_, err = people.Session(t.Context(), strings.Repeat("x", 52))
	require.True(t, fault.Is(err, fault.Unauthenticated))
	token, session, err := people.SignIn(t.Context(), identity.Credentials{Email: " " + org.rep.Email + " ", Password: password},
		identity.Origin{UserAgent: "\x00\xff" + strings.Repeat("x", 1000), Address: netip.MustParseAddr("fe80::1%eth0")})
	require.NoError(t, err)
	require.Equal(t, org.rep.ID, session.UserID)
	again, err := people.Session(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, session.CSRFToken, again.CSRFToken)
	actor := again.Actor("r")
	require.Len(t, actor.Access, 16, "what the rep may see and edit comes with the session")
	actor.Access = nil
	require.Equal(t, postgres.Actor{OrgID: org.id, UserID: org.rep.ID, Role: "rep", RequestID: "r"}, actor)
}
