/** Charts of bars and their features: as an image, and as a page that needs nothing else. */
package io.champion.cli.plot;
