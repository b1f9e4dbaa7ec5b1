/* Empty: nothing of <stdlib.h> is used. */
