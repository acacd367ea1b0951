// Package file keeps the bytes of files in a folder, or in a bucket of S3, under names that cannot be guessed, and hands them to browsers so that nothing in
// them runs. What a file is, whose, and in which message is said by its row (core.File), not here. Start at Store.
package file
