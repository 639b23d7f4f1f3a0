package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// assigning is a bulk change by somebody who may assign.
func assigning(f Filter, c BulkChange) Bulk { return Bulk{Filter: f, Change: c, MayAssign: true} }

func TestABatchIsUndoneWhereNobodyHasChangedItSince(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sw, se, nw, _ := square(b)
	_, err := b.CreateCustomField(b.ctx, CustomField{Key: "size", Label: "Size", Type: FieldNumber})
	require.NoError(t, err)
	f := Filter{Tree: tree(t, `{"field":"status","op":"in","value":["customer","former"]}`)} // SW, NW, NE
	batch, err := b.Bulk(b.ctx, assigning(f, BulkChange{
		Class: ptr(ClassC), OwnerID: ptr(&b.manager), Category: ptr(" Trade "), AddTags: []string{"new", "gold"}, RemoveTags: []string{"old"},
		Custom: CustomValues{"size": json.RawMessage("3")}, Archived: ptr(true),
	}))
	require.NoError(t, err)
	require.Equal(t, []any{"done", 3, 3, 3}, []any{batch.State, batch.Total, batch.Done, batch.Changed})
	after, err := b.Get(b.ctx, sw.ID)
	require.NoError(t, err)
	require.Equal(t, []any{ClassC, b.manager, "Trade", []string{"gold", "new"}, 3.0, sw.Version + 1},
		[]any{after.Class, *after.OwnerID, after.Category, after.Tags, after.Custom["size"], after.Version})
	require.NotNil(t, after.ArchivedAt)
	untouched, err := b.Get(b.ctx, se.ID)
	require.NoError(t, err)
	require.Equal(t, se.Version, untouched.Version)

	// Somebody changes another field of one, and a field of the batch of another.
	_, err = b.Update(b.ctx, sw.ID, Changes{Version: after.Version, Phone: ptr("1")})
	require.NoError(t, err)
	_, err = b.Update(b.ctx, nw.ID, Changes{Version: nw.Version + 1, Class: ptr(ClassB)})
	require.NoError(t, err)
	undone, err := b.Undo(b.ctx, batch.ID, false)
	require.NoError(t, err)
	require.Equal(t, []any{"undone", 2, 1}, []any{undone.State, undone.Restored, undone.Skipped})
	back, err := b.Get(b.ctx, sw.ID)
	require.NoError(t, err)
	require.Equal(t, []any{sw.Class, sw.OwnerID, sw.Category, sw.Tags, "1"}, []any{back.Class, back.OwnerID, back.Category, back.Tags, back.Phone})
	require.Nil(t, back.ArchivedAt)
	require.Empty(t, back.Custom)
	kept, err := b.Get(b.ctx, nw.ID)
	require.NoError(t, err)
	require.Equal(t, ClassB, kept.Class)
	require.Equal(t, "Trade", kept.Category)
	_, err = b.Undo(b.ctx, batch.ID, true)
	refused(t, err, fault.Conflict)
	all, err := b.Batches(b.ctx)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "Manager", all[0].UserName)
}

func TestABatchCountsOnlyWhatIsNotSoAlready(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sw, se, _, _ := square(b)
	batch, err := b.Bulk(b.ctx, assigning(Filter{IDs: []int64{se.ID, sw.ID, 999_999}}, BulkChange{Status: ptr(Customer)}))
	require.NoError(t, err)
	require.Equal(t, []int{2, 1}, []int{batch.Total, batch.Changed}, "one is a customer already")
	batch, err = b.Bulk(b.ctx, assigning(Filter{IDs: []int64{sw.ID}}, BulkChange{OwnerID: new(*int64)}))
	require.NoError(t, err)
	require.Equal(t, 1, batch.Changed)
	_, err = b.Undo(b.ctx, batch.ID, true)
	require.NoError(t, err)
	back, err := b.Get(b.ctx, sw.ID)
	require.NoError(t, err)
	require.Equal(t, sw.OwnerID, back.OwnerID, "nobody is told from left out")
}

func TestBulkChangesThatAreWrongChangeNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	square(b)
	for name, c := range map[string]struct {
		bulk Bulk
		code fault.Code
	}{
		"nothing to change":     {assigning(Filter{}, BulkChange{}), fault.Invalid},
		"no such status":        {assigning(Filter{}, BulkChange{Status: ptr(Status("gold"))}), fault.Invalid},
		"no such owner":         {assigning(Filter{}, BulkChange{OwnerID: ptr(ptr(int64(999_999)))}), fault.Invalid},
		"no such custom field":  {assigning(Filter{}, BulkChange{Custom: CustomValues{"x": json.RawMessage("1")}}), fault.Invalid},
		"a number out of range": {assigning(Filter{}, BulkChange{VisitMinutes: ptr(0)}), fault.Invalid},
		"not allowed to assign": {Bulk{Change: BulkChange{OwnerID: ptr(&b.rep)}}, fault.Forbidden},
		"another number":        {Bulk{Change: BulkChange{Class: ptr(ClassA)}, Expected: ptr(5)}, fault.Conflict},
	} {
		_, err := b.Bulk(b.ctx, c.bulk)
		require.Error(t, err, name)
		require.Equal(t, c.code, fault.CodeOf(err), "%s: %v", name, err)
	}
	batches, err := b.Batches(b.ctx)
	require.NoError(t, err)
	require.Empty(t, batches)
	batch, err := b.Bulk(b.ctx, Bulk{Change: BulkChange{Class: ptr(ClassA)}, Expected: ptr(4)})
	require.NoError(t, err)
	_, err = b.Undo(b.repCtx, batch.ID, false)
	refused(t, err, fault.Forbidden)
}

func TestTwoBatchesAndEditsAtOnceLeaveEveryAccountInOneOfTheirStates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(`insert into accounts (org_id, name) select $1, 'Many ' || i from generate_series(1, 300) i`, b.org)
	var work sync.WaitGroup
	failed := make([]error, 3)
	batches := make([]Batch, 2)
	for i, class := range []Class{ClassA, ClassB} {
		work.Go(func() {
			batches[i], failed[i] = b.Bulk(b.ctx, assigning(Filter{}, BulkChange{Class: &class}))
		})
	}
	work.Go(func() {
		for _, r := range b.list(Filter{}, Page{Limit: 20}).Items {
			for { // an edit of an old version is told so, and made again
				now, err := b.Get(b.ctx, r.ID)
				if err == nil {
					_, err = b.Update(b.ctx, r.ID, Changes{Version: now.Version, Phone: ptr("7")})
				}
				if err == nil || !fault.Is(err, fault.Conflict) {
					failed[2] = errors.Join(failed[2], err)
					break
				}
			}
		}
	})
	work.Wait()
	require.NoError(t, errors.Join(failed...))
	rows := b.list(Filter{}, Page{Limit: 500}).Items
	require.Len(t, rows, 300)
	classes, phones := map[Class]int{}, 0
	for _, r := range rows {
		classes[r.Class]++
		if r.Phone == "7" {
			phones++
		}
	}
	require.Equal(t, 20, phones, "no edit is lost")
	require.Equal(t, 300, classes[ClassA]+classes[ClassB])
	// The later batch can be undone wholly, the earlier one nowhere.
	last, first := batches[0], batches[1]
	if classes[ClassB] > 0 {
		last, first = first, last
	}
	undone, err := b.Undo(b.ctx, first.ID, true)
	require.NoError(t, err)
	require.Equal(t, 0, undone.Restored)
	undone, err = b.Undo(b.ctx, last.ID, true)
	require.NoError(t, err)
	require.Equal(t, []int{300, 0}, []int{undone.Restored, undone.Skipped})
}

func TestALargeBatchIsAJobThatGoesOnWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var stored []BulkJob
	b.Service = New(b.db.DB, WithQueue(func(_ context.Context, _ pgx.Tx, job BulkJob) error {
		stored = append(stored, job)
		return nil
	}))
	b.exec(`insert into accounts (org_id, name) select $1, 'Many ' || i from generate_series(1, 2500) i`, b.org)
	batch, err := b.Bulk(b.ctx, assigning(Filter{}, BulkChange{Class: ptr(ClassA)}))
	require.NoError(t, err)
	require.Equal(t, []any{"queued", 0, 1}, []any{batch.State, batch.Changed, len(stored)})
	_, err = b.Undo(b.ctx, batch.ID, true)
	refused(t, err, fault.Conflict)
	// A server does one chunk and is killed.
	require.NoError(t, b.write(b.ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		more, err := changeSome(b.ctx, tx, actor, batch.ID, BulkChange{Class: ptr(ClassA)})
		require.True(t, more)
		return err
	}))
	worker := &BulkWorker{Accounts: b.Service}
	work := func() {
		require.NoError(t, worker.Work(t.Context(), &river.Job[BulkJob]{JobRow: &rivertype.JobRow{Attempt: 2, MaxAttempts: 3}, Args: stored[len(stored)-1]}))
	}
	work()
	batch, err = b.Batch(b.ctx, batch.ID)
	require.NoError(t, err)
	require.Equal(t, []any{"done", 2500, 2500}, []any{batch.State, batch.Done, batch.Changed})
	require.Equal(t, 2500, b.list(Filter{Class: []Class{ClassA}}, Page{}).Total)
	_, err = b.Undo(b.ctx, batch.ID, true)
	require.NoError(t, err)
	require.True(t, stored[1].Undo)
	work()
	batch, err = b.Batch(b.ctx, batch.ID)
	require.NoError(t, err)
	require.Equal(t, []any{"undone", 2500, 0}, []any{batch.State, batch.Restored, batch.Skipped})
	require.Equal(t, 0, b.list(Filter{Class: []Class{ClassA}}, Page{}).Total)
}

func TestSearchFindsAccountsAndContactsAndPutsWhatWasOpenedFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.add("Harbor Bakery", -75, 39)
	other := b.add("Harbor Bakery of the North", -75, 39)
	withContact, err := b.AddContact(b.ctx, other.ID, NewContact{Name: "Grace Nguyen", Email: "grace@x.example", Phone: "+1 (302) 555-0100"})
	require.NoError(t, err)
	north := b.ctx
	b.join("Elsewhere", "UTC")
	stranger := b.ctx
	b.add("Harbor Bakery too", -75, 39)
	labels := func(ctx context.Context, text string) []string {
		hits, err := b.Search(ctx, text, 10)
		require.NoError(t, err)
		out := []string{}
		for _, h := range hits {
			out = append(out, h.Kind+" "+h.Label)
		}
		return out
	}
	require.Equal(t, []string{"account Harbor Bakery too"}, labels(stranger, "harbor bakery"))
	require.Equal(t, []string{"account Harbor Bakery", "account Harbor Bakery of the North"}, labels(north, "HARBOR bak"))
	require.Equal(t, []string{"account Harbor Bakery", "account Harbor Bakery of the North"}, labels(north, "habor bakry"))
	require.Equal(t, []string{"contact Grace Nguyen"}, labels(north, "nguyen grace"))
	require.Equal(t, []string{"contact Grace Nguyen"}, labels(north, "302 555 0100"))
	require.Equal(t, []string{"contact Grace Nguyen"}, labels(north, "nguyne"))
	require.Empty(t, labels(north, "%'; --"))

	require.NoError(t, b.Open(north, Opened{Kind: "account", ID: other.ID}))
	require.Equal(t, []string{"account Harbor Bakery of the North", "account Harbor Bakery"}, labels(north, "harbor"))
	require.NoError(t, b.Open(north, Opened{Kind: "contact", ID: withContact.Contacts[0].ID}))
	recents, err := b.Recents(north, 10)
	require.NoError(t, err)
	require.Len(t, recents, 2)
	require.Equal(t, "Grace Nguyen", recents[0].Label)
	refused(t, b.Open(stranger, Opened{Kind: "account", ID: other.ID}), fault.NotFound)
	refused(t, b.Open(north, Opened{Kind: "place", Label: "x"}), fault.Invalid)

	// With a dictionary, as large organisations have it, the same is found.
	require.NoError(t, b.KeepDictionaries(t.Context(), 1))
	require.Equal(t, []string{"account Harbor Bakery of the North", "account Harbor Bakery"}, labels(north, "habor bakry"))
	require.Equal(t, []string{"account Harbor Bakery of the North"}, labels(north, "habor norht"))
	require.Empty(t, labels(north, "zzzzzz"))
}

func TestCustomValuesAreHeldToTheirFields(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, f := range []CustomField{
		{Key: "t", Label: "Text", Type: FieldText}, {Key: "n", Label: "Number", Type: FieldNumber, Required: true},
		{Key: "d", Label: "Day", Type: FieldDate}, {Key: "c", Label: "Choice", Type: FieldChoice, Choices: []Choice{{Value: "x"}}},
		{Key: "m", Label: "More", Type: FieldChoices, Choices: []Choice{{Value: "x"}, {Value: "y"}}},
		{Key: "y", Label: "Yes", Type: FieldBoolean}, {Key: "l", Label: "Link", Type: FieldLink},
	} {
		_, err := b.CreateCustomField(b.ctx, f)
		require.NoError(t, err)
	}
	good := map[string]string{"t": `"a"`, "n": `1.5`, "d": `"2026-02-28"`, "c": `"x"`, "m": `["y","x","x"]`, "y": `false`, "l": `"example.com"`}
	values := CustomValues{}
	for key, v := range good {
		values[key] = json.RawMessage(v)
	}
	a, err := b.Create(b.ctx, NewAccount{Name: "A", Custom: values})
	require.NoError(t, err)
	require.Equal(t, Custom{"t": "a", "n": 1.5, "d": "2026-02-28", "c": "x", "m": []any{"x", "y"}, "y": false, "l": "example.com"}, a.Custom)
	for key, wrong := range map[string][]string{
		"t": {`7`, `"\u0000"`, `{}`}, "n": {`"7"`, `1e999`, `[]`, `null`}, "d": {`"2026-02-30"`, `"x"`, `20260101`}, "c": {`"z"`, `["x"]`},
		"m": {`"x"`, `["z"]`, `[1]`}, "y": {`"true"`, `1`}, "l": {`"javascript:alert(1)"`}, "nothing": {`1`}, "'; drop": {`1`},
	} {
		for _, v := range wrong {
			_, err := b.Update(b.ctx, a.ID, Changes{Version: a.Version, Custom: CustomValues{key: json.RawMessage(v)}})
			refused(t, err, fault.Invalid)
		}
	}
	_, err = b.Create(b.ctx, NewAccount{Name: "B"})
	require.Contains(t, refused(t, err, fault.Invalid), "Number is missing")
	a, err = b.Update(b.ctx, a.ID, Changes{Version: a.Version, Custom: CustomValues{"t": json.RawMessage("null"), "n": json.RawMessage("2")}})
	require.NoError(t, err)
	require.NotContains(t, a.Custom, "t")
	require.Equal(t, 2.0, a.Custom["n"])
	fields, err := b.CustomFields(b.ctx)
	require.NoError(t, err)
	refused(t, b.DeleteCustomField(b.ctx, fields[1].ID), fault.Conflict)
	_, err = b.CreateCustomField(b.ctx, CustomField{Key: "n", Label: "Again", Type: FieldText})
	refused(t, err, fault.Invalid)
	for _, wrong := range []CustomField{{Key: "9", Label: "x", Type: FieldText}, {Key: "ok", Label: "", Type: FieldText}, {Key: "ok", Label: "x", Type: "json"},
		{Key: "ok", Label: "x", Type: FieldChoice}, {Key: "ok", Label: "x", Type: FieldText, Choices: []Choice{{Value: "x"}}},
		{Key: "ok", Label: "x", Type: FieldChoice, Choices: []Choice{{Value: "x"}, {Value: "x"}}}} {
		_, err := b.CreateCustomField(b.ctx, wrong)
		refused(t, err, fault.Invalid)
	}
	names := ""
	for _, sort := range []string{"custom.n", "-custom.n"} {
		b.add("Z"+fmt.Sprint(len(names)), -75, 39, func(n *NewAccount) { n.Custom = CustomValues{"n": json.RawMessage("9")} })
		names += fmt.Sprint(b.names(Filter{}, sort))
	}
	require.Equal(t, "[A Z0][Z6 Z0 A]", names)
}
