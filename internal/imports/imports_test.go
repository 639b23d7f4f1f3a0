package imports

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const three = `Customer no;Company;Street;Zip;City;Latitude;Longitude;Revenue;Status;Contact;Contact e-mail
1001;Blue Hen Bakery;12 Main St;19901;Dover;39,158;-75,524;1.234,50;Kunde;Eve Baker;eve@bluehen.example
1002;Café Zürich;7 Loockerman St;19901;Dover;39,157;-75,525;99;lead;;
1003;北京烤鸭 🦆;;;;39,7;-75,5;;;;
`

func TestAFileBecomesAccountsAndIsUndone(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.upload("customers.csv", three)
	require.Equal(t, Mapping, im.State)
	require.Equal(t, Reading{Format: "csv", Encoding: UTF8, Separator: ";", Sheets: []string{}, Headings: true}, im.Reading)
	require.Equal(t, []string{"externalId", "name", "street", "postcode", "city", "latitude", "longitude", "revenue", "status", "contactName", "contactEmail"}, im.Plan.Mapping)
	im = d.check(im)
	require.Equal(t, Checked, im.State, im.Error)
	require.Empty(t, d.findings(im))
	require.Equal(t, 3, im.Counts.New)
	require.Zero(t, value[int](d, `select count(*) from accounts`), "a check changes nothing")

	im = d.run(im)
	require.Equal(t, Done, im.State, im.Error)
	require.Equal(t, 3, im.Counts.Created)
	require.Equal(t, "1001 customer 1234.50 Main St 12 39.158 -75.524 Eve Baker eve@bluehen.example", value[string](d, `
		select concat_ws(' ', a.external_id, a.status, a.revenue, s.street, s.housenumber, st_y(s.point), st_x(s.point), c.name, c.email)
		from accounts a join sites s on s.account_id = a.id and s.is_primary join contacts c on c.account_id = a.id where a.name = 'Blue Hen Bakery'`))
	require.Equal(t, "import", value[string](d, `select source from sites limit 1`))
	require.Equal(t, 1, value[int](d, `select count(*) from accounts where name = '北京烤鸭 🦆'`))

	im = d.undone(im)
	require.Equal(t, Undone, im.State)
	require.Equal(t, 3, im.Counts.Removed)
	require.Zero(t, im.Counts.Kept)
	for _, table := range []string{"accounts", "sites", "contacts"} {
		require.Zero(t, value[int](d, `select count(*) from `+table), table)
	}
}

func TestAnImportedAccountIsFoundAsOneMadeByHand(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.run(d.checked("name,category,tags,street,housenumber,city,zip,lat,lon\nBlue Hen,Bakery,\"x, y\",Main Street,12,Dover,19901,39.1,-75.5\nNo Place,,,,,,,,\n"))
	before := value[string](d, `select string_agg(search, '|' order by id) from accounts`)
	copies := value[string](d, `select string_agg(concat_ws(' ', status, class, owner_id, archived), '|' order by id) from sites`)
	d.exec(`update accounts set search = ''`) // the trigger makes it anew
	d.exec(`update accounts set status = 'former'`)
	d.exec(`update accounts set status = 'prospect'`)
	require.Equal(t, value[string](d, `select string_agg(search, '|' order by id) from accounts`), before)
	require.Equal(t, value[string](d, `select string_agg(concat_ws(' ', status, class, owner_id, archived), '|' order by id) from sites`), copies)
	require.Contains(t, before, "12 main street dover 19901")
}

func TestAnImportUpdatesByExternalNumberAndUndoingGivesBackWhatWas(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.run(d.checked(three))
	const all = `select string_agg(concat_ws('|', a.id, a.external_id, a.name, a.status, a.phone, a.revenue, s.street, s.housenumber, st_astext(s.point), s.cell, c.name, c.phone, c.email), e'\n' order by a.id)
		from accounts a left join sites s on s.account_id = a.id left join contacts c on c.account_id = a.id`
	before := value[string](d, all)
	im := d.run(d.checked(`Customer no,Name,Phone,Street,Latitude,Longitude,Contact,Contact email,Contact phone
1001,Blue Hen Bakery,+1 302 555 0100,14 Main St,39.2,-75.6,Eve B. Baker,EVE@bluehen.example,302 555 0101
1002,,,,,,Zoe,zoe@cafe.example,
1003,北京烤鸭 🦆,,,,,,,
1004,Newcomer,,,,,,,
`))
	require.Equal(t, Done, im.State, im.Error)
	require.Equal(t, []int{2, 1, 1}, []int{im.Counts.Updated, im.Counts.Same, im.Counts.Created})
	require.Equal(t, "+1 302 555 0100|14|POINT(-75.6 39.2)|Eve B. Baker|302 555 0101|2", value[string](d, `
		select concat_ws('|', a.phone, s.housenumber, st_astext(s.point), c.name, c.phone, a.version) from accounts a
		join sites s on s.account_id = a.id join contacts c on c.account_id = a.id where a.external_id = '1001'`))
	require.Contains(t, value[string](d, `select search from accounts where external_id = '1001'`), "14 main st")
	require.Equal(t, "Zoe", value[string](d, `select c.name from accounts a join contacts c on c.account_id = a.id where a.external_id = '1002'`))

	im = d.undone(im)
	require.Equal(t, []int{1, 2, 0}, []int{im.Counts.Removed, im.Counts.Restored, im.Counts.Kept})
	require.Equal(t, before, value[string](d, all))
}

func TestUndoingLeavesAloneWhatSomebodyHasChangedSince(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.run(d.checked("nr,name,phone\n1,One,111\n"))
	im := d.run(d.checked("nr,name,phone\n1,One,222\n2,Two,333\n3,Three,444\n4,Four,555\n"))
	require.Equal(t, []int{3, 1}, []int{im.Counts.Created, im.Counts.Updated})
	d.exec(`update accounts set phone = '999', version = version + 1 where external_id in ('1', '2')`)
	d.exec(`insert into activities (org_id, account_id, kind, body) select org_id, id, 'note', 'met them' from accounts where external_id = '3'`)
	im = d.undone(im)
	require.Equal(t, []int{1, 0, 3}, []int{im.Counts.Removed, im.Counts.Restored, im.Counts.Kept})
	require.Equal(t, "1 999, 2 999, 3 444", value[string](d, `select string_agg(external_id || ' ' || phone, ', ' order by external_id) from accounts`))
}

func TestWhatIsWrongInARowIsSaidAndCorrectedInPlace(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.checked("Name,E-Mail,Status,Class,Last visit,Revenue,Owner\n"+
		"Fine,a@b.example,customer,A,2026-03-04,5,Ann Archer\n"+
		"Wrong,a at b,custmer,Q,31.02.2026,-5,Anne Archer\n"+
		",x@y.example,,,,,\n", func(p *Plan) {})
	require.Equal(t, []string{"3 bad_email", "3 bad_choice", "3 bad_choice", "3 bad_date", "3 out_of_range", "3 unknown_owner", "4 name_missing"}, d.findings(im))
	require.Equal(t, []int{3, 2, 1}, []int{im.Counts.Rows, im.Counts.Errors, im.Counts.New})
	page, err := d.Findings(d.ctx, im.ID, FindingFilter{Limit: 1, Severity: "error"})
	require.NoError(t, err)
	require.Equal(t, 2, page.Total)
	require.Equal(t, int64(3), page.Next)
	require.Equal(t, "customer", page.Items[0].Findings[1].Suggestion)
	require.Equal(t, "ann archer", page.Items[0].Findings[5].Suggestion)

	left, err := d.Correct(d.ctx, im.ID, 3, map[int]string{1: "a@b.example", 2: "customer", 3: "B", 4: "28.02.2026", 5: "5", 6: "Ann Archer"}, nil)
	require.NoError(t, err)
	require.Empty(t, left.Findings)
	require.Equal(t, "customer", left.Cells[2])
	im = d.get(im)
	require.Equal(t, []int{3, 1, 2}, []int{im.Counts.Rows, im.Counts.Errors, im.Counts.New})
	im = d.run(im)
	require.Equal(t, []int{2, 1}, []int{im.Counts.Created, im.Counts.Skipped})
	require.Equal(t, "customer B 2026-02-28", value[string](d, `select concat_ws(' ', status, class, last_visit_on) from accounts where name = 'Wrong'`))
}

func TestTheMappingOfAKindOfFileIsRemembered(t *testing.T) {
	t.Parallel()
	d := setup(t)
	im := d.upload("a.csv", "Firma,Sonstiges\nOne,text\n")
	require.Equal(t, []string{"name", ""}, im.Plan.Mapping)
	require.False(t, im.Remembered)
	im.Plan.Mapping[1] = "notes"
	d.check(im)
	again := d.upload("b.csv", "firma ; SONSTIGES\nTwo;more\n")
	require.Equal(t, []string{"name", "notes"}, again.Plan.Mapping)
	require.True(t, again.Remembered)
}
