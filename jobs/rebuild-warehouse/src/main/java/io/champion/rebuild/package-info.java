/** The job that fills a warehouse again from the lake. */
package io.champion.rebuild;
