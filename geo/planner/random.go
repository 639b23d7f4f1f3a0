package planner

import "math"

// random is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
// number generators", 2014): one word of state, the same on every machine.
type random struct{ state uint64 }

func newRandom(seed int64, stream int) random {
	// The seed goes through the mixing twice: neighbouring seeds must not give
	// the same numbers one step apart.
	r := random{uint64(seed)}
	r.state = r.next() + uint64(stream)*0xd1b54a32d192ed03
	r.state = r.next()
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1; n must be positive.
func (r *random) below(n int) int {
	return int(r.next() >> 32 * uint64(n) >> 32)
}

// chance is true in share of 65536 cases.
func (r *random) chance(share uint32) bool { return uint32(r.next()>>48) < share }

// logs are -ln((i+½)/4096) in 1/65536, rounded, so that acceptance does not
// depend on the machine's floating point.
var logs = func() (t [4096]int64) {
	for i := range t {
		t[i] = int64(math.Round(-math.Log((float64(i)+0.5)/4096) * 65536))
	}
	return t
}()

// exponential is -ln U in 1/65536.
func (r *random) exponential() int64 { return logs[r.next()>>52] }

// shuffle puts a list into random order.
func (r *random) shuffle(list []int32) {
	for i := len(list) - 1; i > 0; i-- {
		j := r.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}
