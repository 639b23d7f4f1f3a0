package osm

// wire reads the protocol buffer wire format. After the first fault it is bad
// for good and returns zeros, so that callers check once, at the end.
type wire struct {
	data []byte
	bad  bool
}

const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5
)

func (w *wire) more() bool { return !w.bad && len(w.data) > 0 }

func (w *wire) fail() {
	w.bad = true
	w.data = nil
}

// field reads the next field's number and its wire type.
func (w *wire) field() (number, kind int) {
	key := w.varint()
	if key>>3 == 0 || key>>3 > 1<<29 {
		w.fail()
		return 0, 0
	}
	return int(key >> 3), int(key & 7)
}

func (w *wire) varint() uint64 {
	var v uint64
	for i, b := range w.data {
		if i == 9 && b > 1 || i > 9 {
			break
		}
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			w.data = w.data[i+1:]
			return v
		}
	}
	w.fail()
	return 0
}

// zigzag reads a signed number of the sint kinds.
func (w *wire) zigzag() int64 {
	v := w.varint()
	return int64(v>>1) ^ -int64(v&1)
}

// bytes reads a length and that many bytes, without copying them.
func (w *wire) bytes() []byte {
	n := w.varint()
	if w.bad || n > uint64(len(w.data)) {
		w.fail()
		return nil
	}
	b := w.data[:n]
	w.data = w.data[n:]
	return b
}

func (w *wire) skip(kind int) {
	switch kind {
	case wireVarint:
		w.varint()
	case wireFixed64:
		w.drop(8)
	case wireBytes:
		w.bytes()
	case wireFixed32:
		w.drop(4)
	default:
		w.fail()
	}
}

func (w *wire) drop(n int) {
	if len(w.data) < n {
		w.fail()
		return
	}
	w.data = w.data[n:]
}

// fields calls each for every field of a message and reports whether all of it
// could be read. each gets varints in v and everything of known length in b.
func fields(data []byte, each func(number int, v uint64, b []byte)) bool {
	w := wire{data: data}
	for w.more() {
		number, kind := w.field()
		switch kind {
		case wireVarint:
			if v := w.varint(); !w.bad {
				each(number, v, nil)
			}
		case wireBytes:
			if b := w.bytes(); !w.bad {
				each(number, 0, b)
			}
		default:
			w.skip(kind)
		}
	}
	return !w.bad
}

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
