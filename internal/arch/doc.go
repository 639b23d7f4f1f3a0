// Package arch holds the direction of dependencies between the rooms of the
// house: a test compares what is imported with a table of what may be.
package arch
