/*-------------------------------------------------------------------------
 *
 * container_access.h
 *		Who may read and who may write container images.
 *
 * The order of locks.  Whatever writes container images, or what belongs to
 * them, takes its locks in this order, so no two calls wait for each other:
 *
 * 1. rows of container_images, several by digest, before anything else of these
 *	  images is touched (import_container_images, and with it scan_image;
 *	  verify_container_signatures; delete_container_images);
 * 2. rows of their child tables, which nobody writes without the image's row,
 *	  but for container_scans;
 * 3. the table packages, which who adds packages or scans images shares with
 *	  its like, and who finishes a load of vulnerability data or purges packages
 *	  with nobody (advisory_load.c, purge_packages.c); then rows of packages, by
 *	  hash, when all images of a call are written, and rows of container_scans:
 *	  these a load writes without the images' rows, so a trigger locks the table
 *	  before whoever else does, be it by deleting images;
 * 4. one row of container_finding_rules, or one of container_watched_images:
 *	  calls that take these take no other.
 *
 * Nobody else locks a table: a rule is asked for when a finding is read
 * (container_rules.h), a score is counted by rows that are only ever added
 * (container_rank.h).  rescan_container_images begins with the table packages,
 * and leaves alone images that are locked.  So transactions of several calls can
 * deadlock only where they write the same images, rules or watched names in
 * opposite orders.
 *
 * src/container/container_access.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_ACCESS_H
#define IMGCAT_CONTAINER_ACCESS_H

extern bool imgcat_may_read_containers(void);
extern bool imgcat_may_write_containers(void);

/* These throw 42501 (insufficient_privilege) when the caller may not. */
extern void imgcat_require_container_read(void);
extern void imgcat_require_container_write(void);

#endif							/* IMGCAT_CONTAINER_ACCESS_H */
