package tiles

import (
	"encoding/binary"
	"math"
	"strings"
)

// String gives the open feature a text. The empty text is left out: in a tile,
// missing and empty are the same to a style, and missing is smaller.
func (l *Layer) String(k Key, v string) {
	if !l.open || v == "" {
		return
	}
	i, known := l.strings[v]
	if !known {
		if l.strings == nil {
			l.strings = map[string]uint32{}
		}
		i = l.value(appendBytes([]byte{tagValueString}, strings.ToValidUTF8(v, "\uFFFD")))
		l.strings[v] = i
	}
	l.tag(k, i)
}

// Int gives the open feature a whole number.
func (l *Layer) Int(k Key, v int64) {
	if v >= 0 {
		l.number(k, number{tagValueUnsigned, uint64(v)})
		return
	}
	l.number(k, number{tagValueSigned, uint64(v)<<1 ^ uint64(v>>63)})
}

// Unique is Int for numbers that no other feature is likely to have, such as ids:
// it does not look whether the layer has the number already.
func (l *Layer) Unique(k Key, v int64) {
	if !l.open {
		return
	}
	var b [11]byte
	e := append(b[:0], tagValueUnsigned)
	if v >= 0 {
		e = binary.AppendUvarint(e, uint64(v))
	} else {
		e = binary.AppendUvarint(append(b[:0], tagValueSigned), uint64(v)<<1^uint64(v>>63))
	}
	l.tag(k, l.value(e))
}

// Float gives the open feature a number. Not-a-number and infinities, which no
// style can use, are left out.
func (l *Layer) Float(k Key, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	l.number(k, number{tagValueDouble, math.Float64bits(v)})
}

// Bool gives the open feature a truth value.
func (l *Layer) Bool(k Key, v bool) {
	n := number{tagValueBool, 0}
	if v {
		n.bits = 1
	}
	l.number(k, n)
}

func (l *Layer) number(k Key, n number) {
	if !l.open {
		return
	}
	i, known := l.numbers[n]
	if !known {
		if l.numbers == nil {
			l.numbers = map[number]uint32{}
		}
		b := []byte{n.kind}
		if n.kind == tagValueDouble {
			b = binary.LittleEndian.AppendUint64(b, n.bits)
		} else {
			b = binary.AppendUvarint(b, n.bits)
		}
		i = l.value(b)
		l.numbers[n] = i
	}
	l.tag(k, i)
}

func (l *Layer) value(encoded []byte) uint32 {
	l.values = appendBytes(append(l.values, tagLayerValue), encoded)
	l.valueN++
	return l.valueN - 1
}

func (l *Layer) tag(k Key, value uint32) {
	l.tags = binary.AppendUvarint(l.tags, uint64(k))
	l.tags = binary.AppendUvarint(l.tags, uint64(value))
}
