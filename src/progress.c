/*-------------------------------------------------------------------------
 *
 * progress.c
 *		How far long work is, for other sessions.
 *
 * The server has a place for it in shared memory, and forms of commands that
 * are its own.  An import is most like a COPY that a callback feeds, and shows
 * as one in pg_stat_progress_copy, as the scans of file_fdw do: nothing has to
 * be loaded with the server for that.  An error ends what is reported, that of
 * a subtransaction, too.
 *
 * There is one place in a session.  Work inside of a command that reports
 * itself, as a COPY whose trigger imports, leaves it alone.
 *
 * src/progress.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "commands/progress.h"
#include "index_lookup.h"
#include "progress.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#include "utils/rel.h"

/*
 * Work on a table begins; bytes_total is what there is to read, 0: it is not
 * known.  True if it is reported: the other functions are to be told.
 */
bool
imgcat_progress_begin(const char *table, int64 bytes_total)
{
	static const int columns[] = {
		PROGRESS_COPY_COMMAND, PROGRESS_COPY_TYPE, PROGRESS_COPY_BYTES_TOTAL
	};
	int64		values[lengthof(columns)] = {
		PROGRESS_COPY_COMMAND_FROM, PROGRESS_COPY_TYPE_CALLBACK
	};
	Relation	relation;

	if (MyBEEntry == NULL ||
		MyBEEntry->st_progress_command != PROGRESS_COMMAND_INVALID)
		return false;
	relation = imgcat_table_open(table);
	pgstat_progress_start_command(PROGRESS_COMMAND_COPY, RelationGetRelid(relation));
	table_close(relation, NoLock);
	values[2] = bytes_total;
	pgstat_progress_update_multi_param(lengthof(columns), columns, values);
	return true;
}

/*
 * So many rows are written, and so many bytes read, so far.
 */
void
imgcat_progress_update(bool reported, int64 rows, int64 bytes)
{
	static const int columns[] = {
		PROGRESS_COPY_TUPLES_PROCESSED, PROGRESS_COPY_BYTES_PROCESSED
	};
	int64		values[lengthof(columns)];

	if (!reported)
		return;
	values[0] = rows;
	values[1] = bytes;
	pgstat_progress_update_multi_param(lengthof(columns), columns, values);
}

/*
 * The work is done.
 */
void
imgcat_progress_end(bool reported)
{
	if (reported)
		pgstat_progress_end_command();
}
