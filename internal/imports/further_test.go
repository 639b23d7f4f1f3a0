package imports

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const branches = `External ID,Name,Phone,Site name,Street,House number,City,Latitude,Longitude,Contact name,Contact email
K-1,Bayside,+1 302 555 0100,North,Main St,1,Dover,39.1,-75.1,Ann Lee,ann@bay.example
K-1,,,South,Main St,2,Dover,39.2,-75.2,Bob Ray,bob@bay.example
K-1,Bayside,,South,Main St,2,Dover,39.2,-75.2,Cyd Roe,
K-2,Other,,,,,,39.3,-75.3,,
K-1,,,,,,,,,Dan Poe,
K-2,Else,,East,,,,39.4,-75.4,,
`

// holding lists what an account has: sites and contacts by name.
func (d *desk) holding(number string) string {
	d.t.Helper()
	return value[string](d, `select concat_ws(' | ', a.name, nullif(a.phone, ''),
		(select string_agg(concat_ws(' ', case when s.is_primary then '*' else '-' end, nullif(s.name, ''), nullif(s.housenumber, '')), ', ' order by s.id) from sites s where s.account_id = a.id),
		(select string_agg(c.name, ', ' order by c.id) from contacts c where c.account_id = a.id))
		from accounts a where a.external_id = $1`, number)
}

func TestRowsOfOneNumberBecomeOneAccountWithSeveralSitesAndContacts(t *testing.T) {
	t.Parallel()
	d := setup(t) // three rows a batch: the account's rows lie in two of them
	im := d.checked(branches)
	require.Equal(t, []string{"7 double_number"}, d.findings(im), "a row that contradicts the first is a question, no site")
	require.Equal(t, []int{6, 2, 3, 1}, []int{im.Counts.Rows, im.Counts.New, im.Counts.Joined, im.Counts.Errors})

	im = d.run(im)
	require.Equal(t, "Bayside | +1 302 555 0100 | * North 1, - South 2 | Ann Lee, Bob Ray, Cyd Roe, Dan Poe", d.holding("K-1"))
	require.Equal(t, "Other | *", d.holding("K-2"))
	require.Equal(t, []int{2, 3, 1}, []int{im.Counts.Created, im.Counts.Joined, im.Counts.Skipped})
	require.Equal(t, 2, value[int](d, `select count(*)::int from accounts`))

	again := d.run(d.checked(branches))
	require.Equal(t, []int{0, 0, 2, 3}, []int{again.Counts.Created, again.Counts.Updated, again.Counts.Same, again.Counts.Joined})
	require.Equal(t, "Bayside | +1 302 555 0100 | * North 1, - South 2 | Ann Lee, Bob Ray, Cyd Roe, Dan Poe", d.holding("K-1"), "the same file again adds nothing")
	require.Equal(t, 1, value[int](d, `select version from accounts where external_id = 'K-1'`))

	d.undone(im)
	require.Zero(t, value[int](d, `select count(*)::int from accounts`))
}

func TestUndoingTakesFurtherRowsBackFromAccountsThatWereThere(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.run(d.checked("External ID,Name,Site name,Latitude,Longitude,Contact name,Contact email\nK-1,Bayside,North,39.1,-75.1,Ann Lee,ann@bay.example\nK-2,Lakeside,,,,,\n"))
	const more = "External ID,Name,Site name,Latitude,Longitude,Contact name,Contact email\n" +
		"K-1,Bayside Ltd,North,39.1,-75.1,,\n" + "K-1,,South,39.2,-75.2,Bob Ray,\n" + "K-2,,,,,,\n" + "K-1,,West,39.3,-75.3,Ann May,ann@bay.example\n" + "K-2,,East,39.4,-75.4,,\n"
	before := []string{d.holding("K-1"), d.holding("K-2")}
	im := d.run(d.checked(more))
	require.Equal(t, "Bayside Ltd | * North, - South, - West | Ann May, Bob Ray", d.holding("K-1"))
	require.Equal(t, "Lakeside | * East", d.holding("K-2"))

	d.undone(im)
	require.Equal(t, before, []string{d.holding("K-1"), d.holding("K-2")})

	im = d.run(d.checked(more))
	d.exec(`update accounts set version = version + 1, notes = 'mine' where external_id = 'K-1'`)
	d.undone(im)
	require.Equal(t, "Bayside Ltd | * North, - South, - West | Ann May, Bob Ray", d.holding("K-1"), "what somebody has changed since stays")
	require.Equal(t, before[1], d.holding("K-2"))
}

func TestCorrectingARowFindsTheOthersOfItsNumberAgain(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.checked("External ID,Name,Email,Latitude,Longitude\nK-1,One,broken,39.1,-75.1\nK-1,One,,39.2,-75.2\nK-1,Two,,39.3,-75.3\n")
	require.Equal(t, []string{"2 bad_email", "4 double_number"}, d.findings(im))
	_, err := d.Correct(d.ctx, im.ID, 2, map[int]string{2: "one@one.example"}, nil)
	require.NoError(t, err)
	im = d.get(im)
	require.Equal(t, []string{"4 double_number"}, d.findings(im))
	require.Equal(t, []int{1, 1, 1}, []int{im.Counts.New, im.Counts.Joined, im.Counts.Errors})
	d.run(im)
	require.Equal(t, "One | *, -", d.holding("K-1"))
}

func TestTheQuoteThatAnExportPutsInFrontOfAFormulaIsTakenOff(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.run(d.checked("Name,Phone,Notes\n'=SUM(A1),'+1 302,\"'-1, '@x\"\n''=x,,'quoted'\n"))
	require.Equal(t, "=SUM(A1) +1 302 -1, '@x;'=x  'quoted'", value[string](d, `select string_agg(concat_ws(' ', name, phone, notes), ';' order by id) from accounts`))
}
