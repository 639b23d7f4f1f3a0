package osm_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	oracle "github.com/paulmach/osm"
	"github.com/paulmach/osm/osmpbf"

	"github.com/waymark-crm/waymark/geo/osm"
)

// delaware is the extract that ships with the module paulmach/osm.
func delaware(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/paulmach/osm").Output()
	require.NoError(t, err)
	return filepath.Join(strings.TrimSpace(string(out)), "testdata", "delaware-latest.osm.pbf")
}

// digest sums up everything that a collector sees, in order.
type digest struct {
	lines   func(string)
	missing int
}

func (d *digest) Node(n *osm.Node) error {
	d.lines(fmt.Sprintf("n%d %.7f %.7f %v", n.ID, n.Point[0], n.Point[1], n.Tags))
	return nil
}

func (d *digest) Way(w *osm.Way) error {
	_, missing := w.Line()
	d.missing += missing
	d.lines(fmt.Sprintf("w%d %v %v", w.ID, w.Refs, w.Tags))
	return nil
}

func (d *digest) Relation(r *osm.Relation) error {
	d.lines(fmt.Sprintf("r%d %v %v", r.ID, r.Members, r.Tags))
	return nil
}

func oracleLine(o oracle.Object) string {
	tags := func(in oracle.Tags) osm.Tags {
		out := osm.Tags{}
		for _, t := range in {
			out = append(out, osm.Tag{Key: t.Key, Value: t.Value})
		}
		return out
	}
	switch o := o.(type) {
	case *oracle.Node:
		return fmt.Sprintf("n%d %.7f %.7f %v", o.ID, o.Lon, o.Lat, tags(o.Tags))
	case *oracle.Way:
		refs := []int64{}
		for _, n := range o.Nodes {
			refs = append(refs, int64(n.ID))
		}
		return fmt.Sprintf("w%d %v %v", o.ID, refs, tags(o.Tags))
	case *oracle.Relation:
		kinds := map[oracle.Type]osm.Kind{oracle.TypeNode: osm.KindNode, oracle.TypeWay: osm.KindWay, oracle.TypeRelation: osm.KindRelation}
		members := []osm.Member{}
		for _, m := range o.Members {
			members = append(members, osm.Member{Kind: kinds[m.Type], Ref: m.Ref, Role: m.Role})
		}
		return fmt.Sprintf("r%d %v %v", o.ID, members, tags(o.Tags))
	}
	return "unknown"
}

func TestEveryElementOfDelawareIsReadAsAnotherReaderReadsIt(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("long under the race detector, for which TestReadingStopsForACollectorAndForTheCaller does as much at once")
	}
	path := delaware(t)

	got, gotCount := fnv.New64a(), int64(0)
	d := &digest{lines: func(s string) { gotCount++; got.Write([]byte(s)) }}
	var done, total int64
	header, err := osm.Read(context.Background(), path, func(d, t int64) { done, total = d, t }, d)
	require.NoError(t, err)

	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	want, wantCount := fnv.New64a(), int64(0)
	scanner := osmpbf.New(context.Background(), f, 1)
	defer scanner.Close()
	for scanner.Scan() {
		wantCount++
		want.Write([]byte(oracleLine(scanner.Object())))
	}
	require.NoError(t, scanner.Err())

	require.Equal(t, wantCount, gotCount)
	require.Equal(t, want.Sum64(), got.Sum64())
	require.Equal(t, gotCount, header.Nodes+header.Ways+header.Relations)
	require.Equal(t, header.Size, total)
	require.Equal(t, total, done, "the last progress is the whole file")
	require.Less(t, d.missing, int(header.Nodes/100), "nearly all nodes of ways are found")
	require.True(t, header.Bounds.Contains([2]float64{-75.52, 39.16}), "Dover lies in %v", header.Bounds)
	require.Equal(t, 2016, header.Timestamp.Year())
}

func TestAFaultyFileIsNamedByItsFault(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(delaware(t))
	require.NoError(t, err)
	damaged := bytes.Clone(whole)
	for i := 2_000_000; i < 2_000_400; i++ {
		damaged[i] ^= 0x5a
	}
	cases := map[string]struct {
		content []byte
		want    error
	}{
		"an empty file":                     {nil, osm.ErrNotPBF},
		"a text":                            {[]byte("longitude,latitude\n1,2\n"), osm.ErrNotPBF},
		"cut within a block":                {whole[:1_000_000], osm.ErrCutShort},
		"cut within the header":             {whole[:20], osm.ErrCutShort},
		"cut behind the length of a block":  {whole[:firstBlocks(whole, 3)+4], osm.ErrCutShort},
		"cut behind the head of a block":    {whole[:firstBlocks(whole, 3)+4+int(whole[firstBlocks(whole, 3)+3])], osm.ErrCutShort},
		"four hundred bytes overwritten":    {damaged, osm.ErrDamaged},
		"the header repeated after garbage": {append([]byte{0, 0, 0, 5, 1, 2, 3, 4, 5}, whole[:5000]...), osm.ErrNotPBF},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.osm.pbf")
			require.NoError(t, os.WriteFile(path, c.content, 0o600))
			_, err := osm.Read(context.Background(), path, nil)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, path)
		})
	}
	_, err = osm.Read(context.Background(), filepath.Join(t.TempDir(), "none.osm.pbf"), nil)
	require.ErrorIs(t, err, osm.ErrMissing)
	_, err = osm.Read(context.Background(), t.TempDir(), nil)
	require.ErrorIs(t, err, osm.ErrNotPBF)
}

// firstBlocks returns where the block after the first n begins.
func firstBlocks(data []byte, n int) int {
	at := 0
	for range n {
		head := int(data[at+2])<<8 | int(data[at+3])
		b := data[at+4 : at+4+head]
		// The head is type (field 1) and size (field 3), the size last.
		size, shift := 0, 0
		i := bytes.LastIndexByte(b[:], 0x18) + 1
		for ; i < len(b); i++ {
			size |= int(b[i]&0x7f) << shift
			shift += 7
		}
		at += 4 + head + size
	}
	return at
}

type stopper struct {
	osm.Ignore
	err    error
	before func()
}

func (s stopper) Way(*osm.Way) error {
	if s.before != nil {
		s.before()
	}
	return s.err
}

func TestReadingStopsForACollectorAndForTheCaller(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	_, err := osm.Read(context.Background(), delaware(t), nil, stopper{err: full})
	require.ErrorIs(t, err, full)

	ctx, cancel := context.WithCancel(context.Background())
	_, err = osm.Read(ctx, delaware(t), nil, stopper{before: cancel})
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzReadFrom(f *testing.F) {
	whole, err := os.ReadFile(delaware(f))
	require.NoError(f, err)
	f.Add(whole[:firstBlocks(whole, 1)])
	f.Add(whole[:firstBlocks(whole, 2)])
	f.Add([]byte{0, 0, 0, 2, 0x18, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &digest{lines: func(string) {}}
		_, err := osm.ReadFrom(context.Background(), bytes.NewReader(data), int64(len(data)), nil, d)
		if err != nil {
			require.NotEmpty(t, err.Error())
		}
	})
}

func BenchmarkReadDelaware(b *testing.B) {
	path := delaware(b)
	for b.Loop() {
		_, err := osm.Read(context.Background(), path, nil, osm.Ignore{})
		require.NoError(b, err)
	}
}
