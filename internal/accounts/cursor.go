package accounts

import (
	"encoding/base64"
	"encoding/json"

	"github.com/waymark-crm/waymark/internal/fault"
)

// cursor is where a page ended: the sort key and id of its last row, and the
// total (-1 when it was not asked for), so that it is counted once a list and not
// once a page. It is bound to
// the list (filter and sort) that it came from.
type cursor struct {
	List  string `json:"l"`
	Key   string `json:"k"`
	ID    int64  `json:"i"`
	Total int    `json:"t"`
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and whole numbers always can be written
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

var errCursor = fault.New(fault.Invalid, "The cursor does not belong to this list. Read the list from its beginning.").
	WithField("query.cursor", "Pass nextCursor of the page before, with the same filter and sort.")

// parseCursor reads what String wrote; nil for the empty text.
func parseCursor(text, list string) (*cursor, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, errCursor.WithCause(err)
	}
	var c cursor
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, errCursor.WithCause(err)
	}
	if c.List != list || c.ID <= 0 || c.Total < -1 {
		return nil, errCursor
	}
	return &c, nil
}
