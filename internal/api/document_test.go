package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocumentNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	doc, err := Document("1.2.3")
	require.NoError(t, err)
	require.Contains(t, string(doc), `"openapi": "3.1.0"`)
	t.Log(string(doc))
}
