/* picture_page: the page around the model, in lines, up to a null pointer;
   ../picture/embed makes it of the files there when mapfork is built. */
#ifndef MAPFORK_PICTURE_PAGE_H
#define MAPFORK_PICTURE_PAGE_H

extern const char *const picture_head[], *const picture_tail[];

#endif
