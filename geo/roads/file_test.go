package roads

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// fileOf returns the bytes of a small network's file.
func fileOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, build(t, town("r 1 from:w111 via:w221 to:w121 type=restriction restriction=no__u__turn"), "car").write(&b))
	return b.Bytes()
}

func TestANetworkIsTheSameAfterAFile(t *testing.T) {
	t.Parallel()
	n := build(t, town("r 1 from:w111 via:w221 to:w121 type=restriction restriction=no__u__turn"), "car")
	path := filepath.Join(t.TempDir(), "town.roads")
	require.NoError(t, n.WriteFile(path))
	m, err := Open(path)
	require.NoError(t, err)
	require.Equal(t, n.Info(), m.Info())
	require.Equal(t, drive(t, n, at(80, 0), at(80, 100)), drive(t, m, at(80, 0), at(80, 100)))
	require.NoError(t, m.Close())
	require.NoError(t, m.Close(), "closing twice does no harm")
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing but the file is left behind")

	// A file in use may be replaced.
	m, err = Open(path)
	require.NoError(t, err)
	require.NoError(t, n.WriteFile(path))
	drive(t, m, at(80, 0), at(80, 100))
	require.NoError(t, m.Close())
	require.Error(t, n.WriteFile(filepath.Join(t.TempDir(), "no", "such", "folder")))
}

func TestTheSameExtractGivesTheSameFile(t *testing.T) {
	t.Parallel()
	require.True(t, bytes.Equal(fileOf(t), fileOf(t)))
}

func TestADamagedNetworkIsRefusedByItsFault(t *testing.T) {
	t.Parallel()
	whole := fileOf(t)
	change := func(do func(b []byte) []byte) []byte { return do(bytes.Clone(whole)) }
	for _, c := range []struct {
		name    string
		content []byte
		want    error
	}{
		{"empty", nil, ErrNotANetwork},
		{"a text", []byte("This is a shopping list, and no network at all."), ErrNotANetwork},
		{"of a later version", change(func(b []byte) []byte { b[8]++; return b }), ErrOtherVersion},
		{"of another byte order", change(func(b []byte) []byte { b[12], b[15] = b[15], b[12]; return b }), ErrOtherVersion},
		{"cut in half", whole[:len(whole)/2], ErrNetworkDamaged},
		{"cut in its directory", whole[:100], ErrNetworkDamaged},
		{"one bit of the directory", change(func(b []byte) []byte { b[40] ^= 1; return b }), ErrNetworkDamaged},
		{"one bit in the middle", change(func(b []byte) []byte { b[len(b)/2/64*64] ^= 1; return b }), ErrNetworkDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.roads")
			require.NoError(t, os.WriteFile(path, c.content, 0o600))
			_, err := Open(path)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, path)
		})
	}
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, ErrNoNetwork)
	_, err = Open(t.TempDir())
	require.ErrorIs(t, err, ErrNotANetwork)
}

// aligned returns a copy of b whose first byte lies at a multiple of 64, as in
// a mapped file.
func alignedCopy(b []byte) []byte {
	room := make([]byte, len(b)+64)
	skip := -int(uintptr(unsafe.Pointer(&room[0]))) & 63
	return room[skip : skip+copy(room[skip:], b)]
}

// FuzzDecode changes one number anywhere, mends the checksums as a malicious
// file would, and asks the network questions: they may fail, and must not
// panic or hang.
func FuzzDecode(f *testing.F) {
	whole := fileOf(f)
	f.Add(uint32(300), uint32(7))
	f.Add(uint32(2000), uint32(0xffffffff))
	f.Fuzz(func(t *testing.T, at, value uint32) {
		b := alignedCopy(whole)
		binary.LittleEndian.PutUint32(b[int(at)%(len(b)-4):], value)
		mendChecksums(b)
		n, err := decode(b)
		if err != nil {
			return
		}
		ask(t, n)
	})
}

func ask(t *testing.T, n *Network) {
	t.Helper()
	ctx := context.Background()
	var snaps []Snap
	for _, p := range [][2]float64{{80, 0}, {100, 60}, {150, 200}} {
		if s, err := n.Snap(at(p[0], p[1]), SnapOptions{}); err == nil {
			snaps = append(snaps, s)
		}
	}
	if _, err := n.Table(ctx, snaps, snaps); err != nil {
		return
	}
	for _, a := range snaps {
		for _, b := range snaps {
			if r, err := n.Route(ctx, a, b); err == nil {
				n.Steps(r, Left)
			}
		}
	}
}

func mendChecksums(b []byte) {
	if len(b) < headSize {
		return
	}
	count := int(binary.LittleEndian.Uint32(b[16:]))
	if count > maxSections || len(b) < headSize+count*entrySize {
		return
	}
	directory := b[headSize : headSize+count*entrySize]
	for i := range count {
		entry := directory[i*entrySize:]
		offset, size := binary.LittleEndian.Uint64(entry[8:]), binary.LittleEndian.Uint64(entry[16:])
		if offset <= uint64(len(b)) && size <= uint64(len(b))-offset {
			binary.LittleEndian.PutUint32(entry[4:], checksum(b[offset:offset+size]))
		}
	}
	binary.LittleEndian.PutUint32(b[20:], checksum(directory))
}
