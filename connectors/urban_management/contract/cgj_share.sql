-- 数字城管平台 前置库（MySQL 5.6）
SET NAMES utf8mb4;

DROP TABLE IF EXISTS `ex_permit`;
CREATE TABLE `ex_permit` (
  `id`             bigint(20)   NOT NULL AUTO_INCREMENT COMMENT '自增序号',
  `bizId`          varchar(64)  DEFAULT NULL COMMENT '业务流水号',
  `permitType`     varchar(20)  NOT NULL COMMENT '许可类型：waste 城市建筑垃圾处置核准文件；outad 大型户外广告设置许可',
  `approvalNo`     varchar(400) DEFAULT NULL COMMENT '批准文号',
  `companyName`    varchar(300) DEFAULT NULL COMMENT '企业名称',
  `creditCode`     varchar(18)  DEFAULT NULL COMMENT '统一社会信用代码',
  `legalPerson`    varchar(100) DEFAULT NULL COMMENT '法定代表人',
  `place`          varchar(300) DEFAULT NULL COMMENT '设置地点、处置地点',
  `content`        varchar(2000) DEFAULT NULL COMMENT '许可内容',
  `approvalOrgan`  varchar(200) DEFAULT NULL COMMENT '批准机关',
  `approvalDate`   varchar(10)  DEFAULT NULL COMMENT '批准日期，yyyy-MM-dd',
  `startDate`      varchar(10)  DEFAULT NULL COMMENT '有效期起，yyyy-MM-dd',
  `endDate`        varchar(10)  DEFAULT NULL COMMENT '有效期止，yyyy-MM-dd',
  `regionCode`     varchar(12)  DEFAULT NULL COMMENT '行政区划代码',
  `permitStatus`   tinyint(4)   DEFAULT NULL COMMENT '许可状态：1-有效 2-暂停 3-注销 4-撤销 5-过期',
  `lastModified`   datetime     NOT NULL COMMENT '最后修改时间',
  `syncStatus`     tinyint(4)   DEFAULT '0' COMMENT '同步状态：0-未读取 1-已读取 2-错误',
  `syncRemark`     varchar(255) DEFAULT NULL COMMENT '同步说明',
  PRIMARY KEY (`id`),
  KEY `idx_sync` (`syncStatus`)
) ENGINE=InnoDB AUTO_INCREMENT=1 DEFAULT CHARSET=utf8mb4 COMMENT='城管许可交换表';
