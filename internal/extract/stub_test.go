package extract

import (
	"github.com/waymark-crm/waymark/internal/testdb"
	"log/slog"
	"testing"
)

var discard = slog.New(slog.DiscardHandler)

func searchDelaware(t *testing.T, db *testdb.DB) {}
