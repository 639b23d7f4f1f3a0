package api

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/webhooks"
)

func TestTheExampleOfTheDocumentationWorks(t *testing.T) {
	t.Parallel()
	binary := t.TempDir() + "/client"
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../docs/examples/client.go")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	w := setup(t)
	key, _ := w.newKey(w.north.rep, nil, "accounts.read", "accounts.write", "activities.write")
	run := func(stdin string, args ...string) string {
		command := exec.CommandContext(t.Context(), binary, args...)
		command.Env = append(os.Environ(), "WAYMARK_URL="+w.url, "WAYMARK_KEY="+key)
		command.Stdin = strings.NewReader(stdin)
		var said bytes.Buffer
		command.Stdout, command.Stderr = &said, &said
		require.NoError(t, command.Run(), said.String())
		return said.String()
	}
	first := run("", "Harbour Café")
	require.Contains(t, first, "Harbour Café\n")
	require.Contains(t, first, w.north.mark)
	require.Equal(t, first, run("", "Harbour Café"), "run again, it adds nothing")
	require.Equal(t, 1, strings.Count(first, "Harbour Café"), first)
	number, _, _ := strings.Cut(first[strings.LastIndex("\n"+first[:strings.Index(first, " Harbour")], "\n"):], " ")
	notes := items(w.as(w.north.manager).get("/api/accounts/" + number + "/timeline?kind=note"))
	require.Len(t, notes, 1)
	body := `{"event": "ping"}`
	require.Equal(t, "signed: true\n", run(body, "verify", "whsec", webhooks.Signature("whsec", time.Now(), []byte(body))))
	require.Equal(t, "signed: false\n", run(body+" ", "verify", "whsec", webhooks.Signature("whsec", time.Now(), []byte(body))))
	require.Equal(t, "signed: false\n", run(body, "verify", "whsec", webhooks.Signature("whsec", time.Now().Add(-time.Hour), []byte(body))))
}
