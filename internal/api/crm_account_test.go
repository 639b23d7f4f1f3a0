package api

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func (c *client) upload(account int64, name string, content []byte) *reply {
	c.w.t.Helper()
	return c.with("Content-Type", "application/octet-stream").do("POST", "/api/accounts/"+id(account)+"/files?name="+name, string(content))
}

func photo(t *testing.T, w, h int) []byte {
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range picture.Pix {
		picture.Pix[i] = 0xff
	}
	picture.Set(0, 0, color.Black)
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, picture, nil))
	return out.Bytes()
}

func TestAFileIsKeptAndGivenBackAsItWas(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	content := photo(t, 1000, 500)
	made := rep.upload(w.north.account, "Laden%20%E4%BD%A0%E5%A5%BD.jpg", content).want(201).object()
	require.Equal(t, "Laden 你好.jpg", made["name"])
	require.Equal(t, "image/jpeg", made["mediaType"])
	require.EqualValues(t, 1000, made["width"])
	back := rep.get("/api/files/" + idOf(made) + "/content").want(200)
	require.Equal(t, content, back.body)
	require.Equal(t, "nosniff", back.header.Get("X-Content-Type-Options"))
	require.Contains(t, back.header.Get("Content-Disposition"), "attachment; filename*=UTF-8''Laden%20%E4%BD%A0")
	small, kind, err := image.DecodeConfig(bytes.NewReader(rep.get("/api/files/" + idOf(made) + "/thumbnail").want(200).body))
	require.NoError(t, err)
	require.Equal(t, "jpeg", kind)
	require.Equal(t, []int{320, 160}, []int{small.Width, small.Height})
	rep.do("DELETE", "/api/files/"+idOf(made), nil).want(204)
	rep.get("/api/files/"+idOf(made)+"/content").problem(404, "not_found")
	require.Len(t, items(rep.get("/api/accounts/"+id(w.north.account)+"/files")), 1)
	rep.do("POST", "/api/files/"+idOf(made)+"/restore", nil).want(200)
	require.Len(t, items(rep.get("/api/accounts/"+id(w.north.account)+"/files")), 2)
}

func TestFilesThatWouldDoHarmDoNone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	account := w.north.account
	// Markup under the name of a picture is bytes to be saved, and its name loses its path.
	page := rep.upload(account, "..%2F..%2Fshop.jpg", []byte("<html><script>alert(1)</script>")).want(201).object()
	require.Equal(t, "shop.jpg", page["name"])
	back := rep.get("/api/files/" + idOf(page) + "/content").want(200)
	require.Equal(t, "application/octet-stream", back.header.Get("Content-Type"))
	require.Contains(t, back.header.Get("Content-Security-Policy"), "sandbox")
	rep.get("/api/files/"+idOf(page)+"/thumbnail").problem(404, "not_found")
	// A picture that is markup too is drawn anew: nothing of the markup is in it.
	both := append(photo(t, 8, 8), []byte("<script>alert(1)</script>")...)
	drawn := rep.upload(account, "both.jpg", both).want(201).object()
	require.NotContains(t, string(rep.get("/api/files/"+idOf(drawn)+"/thumbnail").want(200).body), "script")
	// A bomb: a small file that says it has 60,000 by 60,000 pixels.
	var tiny bytes.Buffer
	require.NoError(t, png.Encode(&tiny, image.NewGray(image.Rect(0, 0, 1, 1))))
	bomb := tiny.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	require.Nil(t, rep.upload(account, "bomb.png", bomb).want(201).object()["width"], "kept, and not decoded")
	// A name that reads backwards loses its marks of direction.
	require.Equal(t, "exegpj.exe", rep.upload(account, "exe%E2%80%AEgpj.exe", []byte("MZ")).want(201).object()["name"])
	rep.upload(account, "empty.txt", nil).want(400)
}

func TestAFileOfAHundredMegabytesIsRefusedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	r := rep.upload(w.north.account, "fits.bin", bytes.Repeat([]byte{1}, 3<<20)).want(201)
	require.EqualValues(t, 3<<20, r.object()["size"])
	big := strings.Repeat("x", 100<<20)
	resp := refused(rep, "/api/accounts/"+id(w.north.account)+"/files?name=big", big)
	require.True(t, resp == 413 || resp == 0, "%d", resp)
	// Elsewhere no more than a megabyte is taken.
	require.True(t, func() bool { s := refused(rep, "/api/activities", big[:2<<20]); return s == 413 || s == 0 }())
}

func TestRelationsAreSeenFromBothSidesAndParentsMakeNoCircle(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	made := map[string]int64{}
	for _, name := range []string{"A", "B", "C"} {
		made[name] = int64(rep.do("POST", "/api/accounts", map[string]any{"name": name}).want(201).object()["id"].(float64))
	}
	relate := func(one, other, kind string) *reply {
		return rep.do("POST", "/api/accounts/"+id(made[one])+"/relations", map[string]any{"otherId": made[other], "kind": kind})
	}
	relate("A", "B", "parent").want(201)
	relate("B", "C", "parent").want(201)
	require.Contains(t, relate("C", "A", "parent").problem(422, "invalid"), "above itself")
	relate("A", "A", "partner").problem(422, "invalid")
	relate("A", "C", "parent").problem(409, "conflict")
	relate("C", "A", "supplier").want(201)
	relate("C", "A", "supplier").problem(409, "conflict")
	roles := map[string]string{}
	all := items(rep.get("/api/accounts/" + id(made["A"]) + "/relations"))
	for _, r := range all {
		roles[r["otherName"].(string)] = r["role"].(string)
	}
	require.Equal(t, map[string]string{"B": "parent", "C": "customer"}, roles)
	rep.do("DELETE", "/api/accounts/"+id(made["A"])+"/relations/"+idOf(all[0]), nil).want(200)
	require.Len(t, items(rep.get("/api/accounts/"+id(made["A"])+"/relations")), 1)
}

func TestAContactHasARoleALanguageAndSeveralWaysToBeReached(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rep := w.as(w.north.rep)
	path := "/api/accounts/" + id(w.north.account) + "/contacts"
	a := rep.do("POST", path, map[string]any{"name": "Zoë", "role": "buyer", "language": "pt-BR",
		"morePhones": []any{map[string]any{"label": "mobile", "value": "+1 302 555 0101"}},
		"moreEmails": []any{map[string]any{"label": "home", "value": "zoe@example.com"}}}).want(201).object()
	var zoe map[string]any
	for _, c := range a["contacts"].([]any) {
		if c.(map[string]any)["name"] == "Zoë" {
			zoe = c.(map[string]any)
		}
	}
	require.Equal(t, "buyer", zoe["role"])
	require.Equal(t, []any{map[string]any{"label": "mobile", "value": "+1 302 555 0101"}}, zoe["morePhones"])
	rep.do("PATCH", path+"/"+idOf(zoe), map[string]any{"morePhones": []any{}, "language": ""}).want(200)
	rep.do("PATCH", path+"/"+idOf(zoe), map[string]any{"moreEmails": []any{map[string]any{"label": "", "value": "no mail"}}}).problem(422, "invalid")
	rep.do("PATCH", path+"/"+idOf(zoe), map[string]any{"language": "klingon!"}).problem(422, "invalid")
	rep.do("PATCH", path+"/"+idOf(zoe), map[string]any{"role": "king"}).problem(422, "invalid")
}

// refused sends a body that may be cut off before it is read, and returns the
// status, 0 when the connection ended first.
func refused(c *client, path, body string) int {
	req, err := http.NewRequestWithContext(c.w.t.Context(), "POST", c.w.url+path, strings.NewReader(body))
	require.NoError(c.w.t, err)
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set(csrfHeader, c.csrf)
	req.Header.Set("Origin", c.w.url)
	resp, err := c.http.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
