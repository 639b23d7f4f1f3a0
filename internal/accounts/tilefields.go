package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of custom values in tiles.
const (
	// MaxTileFields is how many custom fields the points of a tile may carry.
	MaxTileFields = 5
	maxTileText   = 100 // characters of a value
)

// CheckTileFields checks the names of custom fields as tiles are asked for them:
// up to [MaxTileFields], each custom.<key>. Whether the organisation has them is
// found out when a tile is made.
func CheckTileFields(names []string) error {
	if len(names) > MaxTileFields {
		return fault.Errorf(fault.Invalid, "A tile carries at most %d fields.", MaxTileFields).WithField("query.fields", "Ask for fewer.")
	}
	for i, name := range names {
		key, custom := strings.CutPrefix(name, customPrefix)
		if !custom || !customKey.MatchString(key) || slices.Contains(names[:i], name) {
			return fault.New(fault.Invalid, "Tiles carry custom fields, each once.").WithField("query.fields", "Names like custom.key, separated by commas.")
		}
	}
	return nil
}

// tileValue is a custom field's value of a site, as tiles have it: a text, a
// number or yes and no; nil for none.
type tileValue any

// tileFields are the custom fields that a tile carries, in the order in which
// they were asked for.
func tileFields(ctx context.Context, tx pgx.Tx, orgID int64, names []string) ([]CustomField, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := customFields(ctx, tx, orgID)
	if err != nil {
		return nil, err
	}
	out := make([]CustomField, len(names))
	for i, name := range names {
		at := slices.IndexFunc(all, func(f CustomField) bool { return customPrefix+f.Key == name && !f.Archived })
		if at < 0 {
			return nil, fault.New(fault.Invalid, "There is no custom field "+strings.TrimPrefix(name, customPrefix)+".").WithField("query.fields", "listFields has those that there are.")
		}
		out[i] = all[at]
	}
	return out, nil
}

// carry reads the values of the tile's custom fields for some sites. Tiles that
// carry none ask for nothing.
func (b *tileBuilder) carry(sites []tileSite) error {
	if len(b.fields) == 0 || len(sites) == 0 {
		return nil
	}
	ids := make([]int64, len(sites))
	for i, s := range sites {
		ids[i] = s.account
	}
	q := b.statement()
	text := "select a.id"
	for _, f := range b.fields {
		text += ", a.custom -> " + q.Arg(f.Key) + "::text"
	}
	rows, err := q.query(b.ctx, b.tx, text+" from accounts a where a.org_id = "+q.Org()+" and a.id = any("+q.Arg(set(ids))+"::bigint[]) and a.custom <> '{}'")
	if err != nil {
		return fmt.Errorf("read custom values: %w", err)
	}
	raw := make([][]byte, len(b.fields))
	var id int64
	into := []any{&id}
	for i := range raw {
		into = append(into, &raw[i])
	}
	values := map[int64][]tileValue{}
	_, err = pgx.ForEachRow(rows, into, func() error {
		of := make([]tileValue, len(raw))
		for i, f := range b.fields {
			of[i] = f.tileValue(raw[i])
		}
		values[id] = of
		return nil
	})
	if err != nil {
		return fmt.Errorf("read custom values: %w", err)
	}
	for i := range sites {
		sites[i].custom = values[sites[i].account]
	}
	return nil
}

// tileValue is a stored value as tiles have it. Choices are one text, separated
// by "; ". A value that no longer fits the field is left out.
func (f CustomField) tileValue(raw []byte) tileValue {
	var v any
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	switch v := v.(type) {
	case float64, bool:
		return v
	case string:
		return cut(v)
	case []any:
		texts := []string{}
		for _, one := range v {
			if text, is := one.(string); is {
				texts = append(texts, text)
			}
		}
		return cut(strings.Join(texts, "; "))
	}
	return nil
}

func cut(text string) string {
	if runes := []rune(text); len(runes) > maxTileText {
		return string(runes[:maxTileText-1]) + "…"
	}
	return text
}

// customWriter writes the values that a tile carries.
type customWriter struct {
	l    *tiles.Layer
	keys []tiles.Key
}

func newCustomWriter(l *tiles.Layer, fields []CustomField) customWriter {
	w := customWriter{l: l}
	for _, f := range fields {
		w.keys = append(w.keys, l.Key(customPrefix+f.Key))
	}
	return w
}

func (w customWriter) write(values []tileValue) {
	for i, v := range values {
		switch v := v.(type) {
		case float64:
			w.l.Float(w.keys[i], v)
		case bool:
			w.l.Bool(w.keys[i], v)
		case string:
			w.l.String(w.keys[i], v)
		}
	}
}
