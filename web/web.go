// Package web embeds the page as it is written: templates, style, ES modules and
// the two catalogues of words. There is no build step; package site minifies and
// compresses at start.
package web

import "embed"

// Files holds templates/, i18n/, style.css and the modules.
//
//go:embed templates/*.html i18n/*.json *.css *.js *.svg
var Files embed.FS
