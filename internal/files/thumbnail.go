package files

import (
	"bytes"
	"image"
	_ "image/gif" // the formats that photos come in
	"image/jpeg"
	_ "image/png"
)

const (
	thumbnailSide = 320        // pixels of the longer side
	maxPixels     = 50_000_000 // of a picture that is decoded: 200 MB at most
	maxThumbnail  = 200_000    // bytes
)

// decoding lets one picture at a time take its memory.
var decoding = make(chan struct{}, 1)

// thumbnail makes a small JPEG of a picture and returns its own width and height.
// It returns nil for what is no picture, cannot be read, or has more pixels than
// are decoded: the size stands in the picture's head and is read first.
func thumbnail(kind string, content []byte) (small []byte, width, height int) {
	if kind != "image/jpeg" && kind != "image/png" && kind != "image/gif" {
		return nil, 0, 0
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || head.Width <= 0 || head.Height <= 0 || head.Width > maxPixels/head.Height {
		return nil, 0, 0
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, 0, 0
	}
	var out bytes.Buffer
	turned := orientation(content)
	if err := jpeg.Encode(&out, shrink(picture, turned), &jpeg.Options{Quality: 80}); err != nil || out.Len() > maxThumbnail {
		return nil, 0, 0
	}
	width, height = head.Width, head.Height
	if turned >= 5 {
		width, height = height, width
	}
	return out.Bytes(), width, height
}

// shrink averages the pixels of the picture into one of at most thumbnailSide,
// on white, turned as the orientation of its camera says (1 to 8, as in Exif).
func shrink(picture image.Image, orientation int) image.Image {
	b := picture.Bounds()
	w, h := b.Dx(), b.Dy()
	scale := min(1, float64(thumbnailSide)/float64(max(w, h)))
	sw, sh := max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
	dw, dh := sw, sh
	if orientation >= 5 {
		dw, dh = sh, sw
	}
	out := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range sh {
		y0, y1 := y*h/sh, max(y*h/sh+1, (y+1)*h/sh)
		for x := range sw {
			x0, x1 := x*w/sw, max(x*w/sw+1, (x+1)*w/sw)
			// At most 8 by 8 samples a pixel are enough for the eye.
			stepX, stepY := max(1, (x1-x0)/8), max(1, (y1-y0)/8)
			var r, g, bl, n uint64
			for sy := y0; sy < y1; sy += stepY {
				for sx := x0; sx < x1; sx += stepX {
					pr, pg, pb, pa := picture.At(b.Min.X+sx, b.Min.Y+sy).RGBA()
					r, g, bl, n = r+uint64(pr+0xffff-pa), g+uint64(pg+0xffff-pa), bl+uint64(pb+0xffff-pa), n+1
				}
			}
			dx, dy := x, y
			switch orientation {
			case 2:
				dx = sw - 1 - x
			case 3:
				dx, dy = sw-1-x, sh-1-y
			case 4:
				dy = sh - 1 - y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = sh-1-y, x
			case 7:
				dx, dy = sh-1-y, sw-1-x
			case 8:
				dx, dy = y, sw-1-x
			}
			i := out.PixOffset(dx, dy)
			out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = uint8(r/n>>8), uint8(g/n>>8), uint8(bl/n>>8), 0xff
		}
	}
	return out
}

// orientation reads how the camera was held from the Exif head of a JPEG; 1 when
// nothing is said. (Exif 2.32, 4.5 and tag 0x0112.)
func orientation(content []byte) int {
	if len(content) < 4 || content[0] != 0xff || content[1] != 0xd8 {
		return 1
	}
	for at := 2; at+4 <= len(content) && content[at] == 0xff; {
		size := int(content[at+2])<<8 | int(content[at+3])
		if size < 2 || at+2+size > len(content) || content[at+1] == 0xda {
			return 1
		}
		if segment := content[at+4 : at+2+size]; content[at+1] == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return tiffOrientation(segment[6:])
		}
		at += 2 + size
	}
	return 1
}

func tiffOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	big := t[0] == 'M'
	number := func(at, bytes int) int {
		n := 0
		for i := range bytes {
			if at < 0 || at+bytes > len(t) {
				return 0
			}
			if big {
				n = n<<8 | int(t[at+i])
			} else {
				n |= int(t[at+i]) << (8 * i)
			}
		}
		return n
	}
	first := number(4, 4)
	for i := range min(number(first, 2), 200) {
		if entry := first + 2 + 12*i; number(entry, 2) == 0x0112 {
			if o := number(entry+8, 2); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 1
}
