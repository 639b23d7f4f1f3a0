package osm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/paulmach/orb"
)

// The format's own limits.
const (
	maxBlobHeader = 64 << 10
	maxBlob       = 32 << 20
)

// blobReader reads the sequence of blobs that an extract is.
type blobReader struct {
	r      io.Reader
	offset int64 // after the last whole blob
}

// next returns the next blob's type and its packed content, which is the
// caller's to keep. At the end it returns io.EOF; an end within a blob is
// ErrCutShort.
func (b *blobReader) next() (kind string, content []byte, err error) {
	var size [4]byte
	if _, err := io.ReadFull(b.r, size[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return "", nil, io.EOF
		}
		return "", nil, cut(err)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n == 0 || n > maxBlobHeader {
		return "", nil, fmt.Errorf("%w (a blob's head of %d bytes)", ErrDamaged, n)
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(b.r, head); err != nil {
		return "", nil, cut(err)
	}
	var length uint64
	if !fields(head, func(number int, v uint64, data []byte) {
		switch number {
		case 1:
			kind = string(data)
		case 3:
			length = v
		}
	}) {
		return "", nil, fmt.Errorf("%w (a blob's head)", ErrDamaged)
	}
	if length > maxBlob {
		return "", nil, fmt.Errorf("%w (a blob of %d bytes)", ErrDamaged, length)
	}
	// A short file must not cost the memory that its head asks for.
	var buf bytes.Buffer
	if length <= 1<<20 {
		buf.Grow(int(length))
	}
	if _, err := io.CopyN(&buf, b.r, int64(length)); err != nil {
		return "", nil, cut(err)
	}
	b.offset += 4 + int64(n) + int64(length)
	return kind, buf.Bytes(), nil
}

func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCutShort
	}
	return err
}

// unpacker inflates blobs; one a worker, since it keeps its state.
type unpacker struct {
	zlib io.ReadCloser
	zstd *zstd.Decoder
	buf  bytes.Buffer
}

// unpack returns the blob's content, valid until the next call.
func (u *unpacker) unpack(blob []byte) ([]byte, error) {
	var raw, packed []byte
	var size uint64
	var method int
	if !fields(blob, func(number int, v uint64, b []byte) {
		switch number {
		case 1:
			raw = b
		case 2:
			size = v
		case 3, 4, 5, 6, 7:
			method, packed = number, b
		}
	}) {
		return nil, fmt.Errorf("%w (a blob)", ErrDamaged)
	}
	if method == 0 {
		return raw, nil
	}
	if size > maxBlob {
		return nil, fmt.Errorf("%w (a block of %d bytes)", ErrDamaged, size)
	}
	var source io.Reader
	switch method {
	case 3:
		if u.zlib == nil {
			r, err := zlib.NewReader(bytes.NewReader(packed))
			if err != nil {
				return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
			}
			u.zlib = r
		} else if err := u.zlib.(zlib.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
			return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
		}
		source = u.zlib
	case 7:
		if u.zstd == nil {
			r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlob))
			if err != nil {
				return nil, err
			}
			u.zstd = r
		}
		if err := u.zstd.Reset(bytes.NewReader(packed)); err != nil {
			return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
		}
		source = u.zstd
	default:
		return nil, fmt.Errorf("%w (compression %d)", ErrUnsupported, method)
	}
	u.buf.Reset()
	n, err := io.Copy(&u.buf, io.LimitReader(source, int64(size)+1))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	if uint64(n) != size {
		return nil, fmt.Errorf("%w (a block of another length than it says)", ErrDamaged)
	}
	return u.buf.Bytes(), nil
}

func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
	}
}

// decodeHeader decodes a HeaderBlock.
func decodeHeader(data []byte) (Header, error) {
	var h Header
	var required []string
	whole := true
	ok := fields(data, func(number int, v uint64, b []byte) {
		switch number {
		case 1:
			// Nanodegrees: left, right, top, bottom.
			var edge [5]int64
			whole = whole && fields(b, func(number int, v uint64, _ []byte) {
				if number < len(edge) {
					edge[number] = nano(unzigzag(v))
				}
			})
			for _, e := range edge {
				whole = whole && e >= -180e7 && e <= 180e7
			}
			if whole {
				h.Bounds = orb.Bound{
					Min: place{int32(edge[1]), int32(edge[4])}.point(),
					Max: place{int32(edge[2]), int32(edge[3])}.point(),
				}
			}
		case 4:
			required = append(required, string(b))
		case 16:
			h.Program = string(b)
		case 17:
			h.Source = string(b)
		case 32:
			h.Timestamp = time.Unix(int64(v), 0).UTC()
		}
	})
	if !ok || !whole {
		return Header{}, fmt.Errorf("%w (its header)", ErrDamaged)
	}
	for _, feature := range required {
		if !slices.Contains([]string{"OsmSchema-V0.6", "DenseNodes"}, feature) {
			return Header{}, fmt.Errorf("%w (%q)", ErrUnsupported, feature)
		}
	}
	return h, nil
}
