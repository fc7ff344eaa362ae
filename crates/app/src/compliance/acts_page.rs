//! *May we …?*: an act about a debt is asked on screen, and what was answered is listed.
