// Package duplicates finds accounts that are in the record twice, and makes one
// of them.
package duplicates
